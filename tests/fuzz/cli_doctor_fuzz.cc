// What anybody may answer to `barnabas doctor`: text is the answer to its greeting, how to TLS's or
// to its question for brokers. What to do: whether the answers begin as Kafka's do, with a size
// (its lowest bit: the right one) and the greeting's number.
#include "cli/doctor/finding.h"
#include "cli/doctor/greetings.h"
#include "cli/doctor/judgement.h"
#include "fuzz/text_target.h"
#include "wire/codec.h"
#include "wire/messages/metadata.h"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <string>

namespace barnabas::cli {
namespace {

using fuzzing::require;

/// What is printed of findings, whatever is in them: text that a terminal obeys in nothing but its
/// ends of lines, and lines of JSON.
void show(const Findings& findings) {
    require(!findings.empty());
    const auto text = findings_text(findings, false);
    require(std::ranges::none_of(
        text, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7f; }));
    const auto lines = findings_json(findings);
    std::size_t from = 0;
    for (std::size_t end = 0; (end = lines.find('\n', from)) != std::string::npos; from = end + 1) {
        boost::system::error_code error;
        const auto line =
            boost::json::parse(std::string_view(lines).substr(from, end - from), error);
        require(!error && line.is_object());
    }
    require(from == lines.size());
}

void fuzz_greeting(const std::string& answer, const std::string& to_tls) {
    const bool kafkas = protocol_of(answer) == Protocol::kafka;
    require(answer_size(answer) > 0);
    require(kafkas || !is_of_controller(answer));
    if (kafkas) {  // nobody waits for more once the beginning has told how much there is
        require(answer_size(std::string_view(answer).substr(0, 8)) == answer_size(answer));
    }
    const Greeting greeting{.where = "h:1",
                            .kafka = {.connected = Duration(1), .answer = answer},
                            .tls = Contact{.connected = Duration(1), .answer = to_tls}};
    require(is_kafkas(greeting) == (kafkas && !is_of_controller(answer)));
    show(judge_greeting(greeting));
    show(judge_order("h", {greeting}));
}

/// Each broker that is read stands in the answer as it was encoded.
void fuzz_brokers(const std::string& answer) {
    const auto brokers = brokers_of(answer);
    show({judge_silence_on_brokers(brokers)});
    if (!brokers) {
        return;
    }
    require(answer.size() >= answer_size(answer));
    for (const auto& node : *brokers) {
        require(answer.find(node.host) != std::string::npos);
        show({judge_advertised({.node = node, .addresses = {}, .greetings = {}}, {}, false)});
    }
}

/// `body` behind the size and the number of an answer to the greeting.
std::string as_kafkas(std::uint8_t what, std::string_view body) {
    if (what % 4 == 3) {
        return std::string(body);
    }
    const auto size = static_cast<std::uint32_t>(body.size() + 4) + (what % 2 == 0 ? 0 : what);
    std::string answer;
    for (int shift = 24; shift >= 0; shift -= 8) {
        answer += static_cast<char>(size >> shift & 0xff);
    }
    return answer + kafka_greeting().substr(8, 4) + std::string(body);
}

}  // namespace
}  // namespace barnabas::cli

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas;
    const auto [what, how, text] = fuzzing::text_task(data, size);
    cli::fuzz_greeting(cli::as_kafkas(what, text), std::string(how));
    cli::fuzz_brokers(cli::as_kafkas(what, how));
    return 0;
}
