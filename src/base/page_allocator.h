#pragma once

#include <cstddef>
#include <new>
#include <sys/mman.h>

namespace barnabas {

/// Memory of its own pages, for what is large and comes and goes: it is the system's again as soon
/// as it is freed. glibc's malloc() maps what is large too, until such a block is freed for the
/// first time; from then on it takes up to 32 MiB from the heap of whichever thread asks, and each
/// heap keeps what was freed (mallopt(3), M_MMAP_THRESHOLD). Zeros at first. Any thread.
template <class T>
struct PageAllocator {
    using value_type = T;

    PageAllocator() = default;
    template <class U>
    PageAllocator(const PageAllocator<U>& /*other*/) {}  // NOLINT(*-explicit-*): an allocator's

    [[nodiscard]] T* allocate(std::size_t count) {
        void* const at = ::mmap(nullptr, count * sizeof(T), PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED) {
            throw std::bad_alloc();
        }
        return static_cast<T*>(at);
    }
    void deallocate(T* at, std::size_t count) noexcept { ::munmap(at, count * sizeof(T)); }

    friend bool operator==(const PageAllocator&, const PageAllocator&) { return true; }
};

}  // namespace barnabas
