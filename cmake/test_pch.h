// Precompiled for the tests without Asio.
#pragma once
#include "std_pch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
