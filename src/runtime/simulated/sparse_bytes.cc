#include "runtime/simulated/sparse_bytes.h"

#include <algorithm>

namespace barnabas::runtime {

namespace {

/// Calls visit(page, offset in it, bytes there, bytes before) for each page of the range.
template <class Visit>
void for_each_page(std::uint64_t position, std::uint64_t size, Visit visit) {
    for (std::uint64_t done = 0; done < size;) {
        const std::uint64_t at = position + done;
        const std::size_t offset = at % SparseBytes::page_bytes;
        const auto here = std::min<std::uint64_t>(size - done, SparseBytes::page_bytes - offset);
        visit(at / SparseBytes::page_bytes, offset, static_cast<std::size_t>(here), done);
        done += here;
    }
}

}  // namespace

SparseBytes::SparseBytes(const SparseBytes& other) : size_(other.size_), used_(other.used_) {
    pages_.reserve(other.pages_.size());
    for (const auto& page : other.pages_) {
        pages_.push_back(page ? std::make_unique<Page>(*page) : nullptr);
    }
}

SparseBytes& SparseBytes::operator=(const SparseBytes& other) {
    if (this != &other) {
        *this = SparseBytes(other);
    }
    return *this;
}

std::size_t SparseBytes::pages_missing(std::uint64_t position, std::uint64_t size) const {
    std::size_t missing = 0;
    for_each_page(position, size, [&](std::size_t page, std::size_t, std::size_t, std::uint64_t) {
        missing += page >= pages_.size() || !pages_[page] ? 1 : 0;
    });
    return missing;
}

std::size_t SparseBytes::read(std::uint64_t position, MutableByteView into) const {
    if (position >= size_) {
        return 0;
    }
    const auto length = std::min<std::uint64_t>(into.size(), size_ - position);
    for_each_page(position, length,
                  [&](std::size_t page, std::size_t offset, std::size_t here, std::uint64_t done) {
                      std::byte* to = into.data() + done;
                      if (page < pages_.size() && pages_[page]) {
                          std::copy_n(pages_[page]->data() + offset, here, to);
                      } else {
                          std::fill_n(to, here, std::byte{0});
                      }
                  });
    return static_cast<std::size_t>(length);
}

void SparseBytes::write(std::uint64_t position, ByteView bytes) {
    for_each_page(position, bytes.size(),
                  [&](std::size_t page, std::size_t offset, std::size_t here, std::uint64_t done) {
                      if (page >= pages_.size()) {
                          pages_.resize(page + 1);
                      }
                      if (!pages_[page]) {
                          pages_[page] = std::make_unique<Page>();
                          ++used_;
                      }
                      std::copy_n(bytes.data() + done, here, pages_[page]->data() + offset);
                  });
    size_ = std::max(size_, position + bytes.size());
}

void SparseBytes::resize(std::uint64_t size) {
    if (size < size_) {
        const std::size_t keep = (size + page_bytes - 1) / page_bytes;
        while (pages_.size() > keep) {
            used_ -= pages_.back() ? 1 : 0;
            pages_.pop_back();
        }
        // What was cut must not come back when the file grows again.
        const std::size_t tail = size % page_bytes;
        if (tail != 0 && pages_.size() == keep && pages_.back()) {
            std::fill(pages_.back()->begin() + static_cast<std::ptrdiff_t>(tail),
                      pages_.back()->end(), std::byte{0});
        }
    }
    size_ = size;
}

}  // namespace barnabas::runtime
