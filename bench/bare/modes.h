#pragma once

#include "bare/loopback.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace bare {

struct ProduceOptions {
    std::string file;       // must not exist; is left
    std::size_t frame = 0;  // bytes
    std::int64_t count = 0;
    std::int64_t rate = 0;  // frames a second; 0: as fast as they are taken
};
/// Receives frames, makes the CRC of each, writes it to the file and answers.
Figures produce(const ProduceOptions& options);

struct ConsumeOptions {
    std::string file;  // must not exist; is left
    std::int64_t bytes = 0;
    std::string congestion_control;  // empty: the system's
};
/// Sends so many bytes of a file that is in memory to one connection.
Figures consume(const ConsumeOptions& options);

}  // namespace bare
