#pragma once

#include "base/config.h"

#include <boost/json.hpp>

#include <deque>
#include <map>
#include <string>
#include <utility>

namespace barnabas::testing {

/// Rows for the components that Barnabas has no tables for yet (clients, Connect, mirroring): made
/// from configs.jsonl, the validator's own text read as a rule. What that text does not say, which
/// lists may be empty and which elements may repeat, stands in rows_of_lines.cc.
class RowsOfLines {
public:
    RowsOfLines();
    /// nullptr if configs.jsonl has no such line.
    [[nodiscard]] const ConfigRow* find(std::string_view component, std::string_view name) const;

private:
    std::string_view keep(std::string text);
    ConfigRule rule_of(const boost::json::object& line);
    ConfigRule list_rule(const boost::json::object& line);

    std::deque<std::string> texts_;  // what the rows' views point to
    std::map<std::pair<std::string, std::string>, ConfigRow> rows_;
};

/// "INT" to ConfigType::int32.
[[nodiscard]] ConfigType type_of(std::string_view name);

}  // namespace barnabas::testing
