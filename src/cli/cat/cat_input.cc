#include "cli/cat/cat_input.h"

#include <cerrno>
#include <poll.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr int stop_check_ms = 100;
constexpr std::size_t read_bytes = 64 << 10;

Error input_error(int number) {
    return {.code = ErrorCode::kafka_storage_error,
            .message =
                fmt::format("Unable to read message: {}", std::generic_category().message(number))};
}

}  // namespace

void CatInput::Close::operator()(std::FILE* file) const {
    if (file != stdin) {
        std::fclose(file);
    }
}

CatInput::CatInput(std::unique_ptr<std::FILE, Close> file)
    : file_(std::move(file)), buffer_(read_bytes, '\0') {}

Result<CatInput> CatInput::open(const std::string& path) {
    std::unique_ptr<std::FILE, Close> file(path.empty() ? stdin : std::fopen(path.c_str(), "rb"));
    if (file == nullptr) {
        return fail(ErrorCode::kafka_storage_error, "Failed to open {}: {}", path,
                    std::generic_category().message(errno));
    }
    return CatInput(std::move(file));
}

Result<std::string_view> CatInput::read(const std::function<bool()>& stopped) {
    const int descriptor = ::fileno(file_.get());
    while (!stopped()) {
        pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
        const int ready = ::poll(&waiting, 1, stop_check_ms);
        if (ready == 0 || (ready < 0 && errno == EINTR)) {
            continue;
        }
        const auto count = ready < 0 ? -1 : ::read(descriptor, buffer_.data(), buffer_.size());
        if (count >= 0) {
            return std::string_view(buffer_).substr(0, static_cast<std::size_t>(count));
        }
        if (errno != EINTR && errno != EAGAIN) {
            return std::unexpected(input_error(errno));
        }
    }
    return std::string_view();
}

}  // namespace barnabas::cli
