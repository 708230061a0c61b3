// Precompiled for the broker: most of its files include its services, which is 1 to 2 s a file.
#pragma once
#include "asio_pch.h"
#include "broker/services.h"
