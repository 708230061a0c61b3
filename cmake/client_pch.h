// Precompiled for the client: what most of its files include.
#pragma once
#include "asio_pch.h"
#include "client/cluster/cluster.h"
