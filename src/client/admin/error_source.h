#pragma once

#include "base/result.h"
#include <barnabas/admin/log_dirs.h>
#include <barnabas/admin/topics.h>

#include <fmt/format.h>

#include <string>
#include <type_traits>

namespace barnabas::client::admin_api {

/// Puts behind the sentences of all errors that are in `told` where they are from (see Heard):
/// an Error, a Result, a map of Results, and what has Results within.
template <class T>
void name_source(T& told, const std::string& source) {
    if constexpr (std::is_same_v<T, Error>) {
        if (!source.empty()) {
            told.message += fmt::format(" ({})", source);
        }
    } else if constexpr (std::is_same_v<T, admin::CreatedTopic>) {
        name_source(told.config, source);
    } else if constexpr (std::is_same_v<T, admin::LogDirDescription>) {
        name_source(told.state, source);
    } else if constexpr (requires { told.error().message; }) {
        if (!told) {
            name_source(told.error(), source);
        } else if constexpr (!std::is_void_v<typename T::value_type>) {
            name_source(*told, source);
        }
    } else if constexpr (requires { told.begin()->second; }) {
        for (auto& [key, value] : told) {
            name_source(value, source);
        }
    }
}

}  // namespace barnabas::client::admin_api
