#include "cli/doctor/examination.h"

#include "cli/doctor/judgement.h"
#include "cli/framework/option_parser.h"
#include "client/config/common_config.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas::cli {
namespace {

/// Those of internal topics that have a leader to ask.
std::vector<TopicPartition> internal_partitions(
    const admin::Outcomes<std::string, admin::TopicDescription>& topics) {
    std::vector<TopicPartition> internal;
    for (const auto& [name, topic] : topics) {
        if (!topic || !topic->internal) {
            continue;
        }
        for (const auto& partition : topic->partitions) {
            if (partition.leader) {
                internal.push_back({.topic = name, .partition = partition.partition});
            }
        }
    }
    return internal;
}

/// One examination of one cluster.
class Examiner {
public:
    Examiner(const ExaminationOptions& options, Probes& probes,
             const std::function<void(Finding)>& found)
        : options_(options), probes_(probes), found_(found) {}

    void run() {
        look_at_servers();
        if (!reached_ || !look_at_advertised()) {
            return;  // no client gets any further
        }
        tell(judge_cluster(probes_.cluster()));
        tell(judge_versions(probes_.versions()));
        const auto topics = probes_.topics();
        tell(judge_topics(topics));
        tell(judge_log_dirs(probes_.log_dirs()));
        look_at_clocks(topics);
    }

private:
    void tell(Findings findings) {
        for (auto& finding : findings) {
            found_(std::move(finding));
        }
    }

    void look_at_servers() {
        for (const auto& text : split_commas(options_.servers)) {
            const auto parsed = client::parse_address("bootstrap.servers", text);
            found_(judge_address(text, parsed));
            if (parsed) {
                bootstrap_.push_back(*parsed);
                look_at_server(*parsed);
            }
        }
        if (bootstrap_.empty() && split_commas(options_.servers).empty()) {
            found_(judge_address("", fail(ErrorCode::invalid_config, "there is no address")));
        }
    }

    void look_at_server(const runtime::Endpoint& server) {
        const auto addresses = probes_.resolve(server.host);
        found_(judge_name(server.host, addresses));
        if (!addresses || addresses->empty()) {
            return;
        }
        local_ = local_ && std::ranges::all_of(*addresses, &HostAddress::is_loopback);
        const auto greetings = greet(server, *addresses);
        tell(judge_order(server.host, greetings));
        for (std::size_t i = 0; i < greetings.size() && !reached_; ++i) {
            if (is_kafkas(greetings[i])) {
                reached_ = {.host = (*addresses)[i].text, .port = server.port};
            }
        }
    }

    std::vector<Greeting> greet(const runtime::Endpoint& server,
                                const std::vector<HostAddress>& addresses) {
        std::vector<Greeting> greetings;
        for (const auto& address : addresses) {
            greetings.push_back(
                greet({.host = address.text, .port = server.port},
                      address.text == server.host
                          ? fmt::format("{}:{}", server.host, server.port)
                          : fmt::format("{}:{} ({})", server.host, server.port, address.text)));
        }
        return greetings;
    }

    Greeting greet(const runtime::Endpoint& address, std::string where) {
        Greeting greeting{.where = std::move(where),
                          .kafka = probes_.speak(address, kafka_greeting())};
        if (greeting.kafka.connected && protocol_of(greeting.kafka.answer) != Protocol::kafka) {
            greeting.tls = probes_.speak(address, tls_greeting());
        }
        return greeting;
    }

    /// Asked without a client, which would go where it is told to; whether any of it is of use.
    bool look_at_advertised() {
        const auto brokers = brokers_of(probes_.speak(*reached_, brokers_question()).answer);
        if (!brokers || brokers->empty()) {
            found_(judge_silence_on_brokers(brokers));
            return false;
        }
        bool usable = false;
        for (const auto& broker : *brokers) {
            Advertised advertised{.node = broker, .addresses = probes_.resolve(broker.host)};
            if (advertised.addresses) {
                advertised.greetings =
                    greet({.host = broker.host, .port = static_cast<std::uint16_t>(broker.port)},
                          *advertised.addresses);
            }
            auto finding = judge_advertised(advertised, bootstrap_, local_);
            usable = usable || finding.level == FindingLevel::ok;
            found_(std::move(finding));
        }
        found_(judge_open_files(probes_.open_files_max(), brokers->size()));
        return usable;
    }

    /// Records of internal topics have the time of the broker that wrote them.
    void look_at_clocks(
        const Result<admin::Outcomes<std::string, admin::TopicDescription>>& topics) {
        if (options_.writes) {
            auto written = probes_.write_record();
            found_(judge_clock(
                written ? Result<std::optional<ClockSample>>(std::optional(*written))
                        : Result<std::optional<ClockSample>>(std::unexpected(written.error())),
                true));
            return;
        }
        const auto internal = topics ? internal_partitions(*topics) : std::vector<TopicPartition>();
        found_(judge_clock(internal.empty() ? Result<std::optional<ClockSample>>(std::nullopt)
                                            : probes_.newest_stamp(internal),
                           false));
    }

    const ExaminationOptions& options_;
    Probes& probes_;
    const std::function<void(Finding)>& found_;
    std::vector<runtime::Endpoint> bootstrap_;
    std::optional<runtime::Endpoint> reached_;  ///< the first address at which a broker answered
    bool local_ = true;                         ///< all that was typed is this machine
};

}  // namespace

void examine(const ExaminationOptions& options, Probes& probes,
             const std::function<void(Finding)>& found) {
    Examiner(options, probes, found).run();
}

}  // namespace barnabas::cli
