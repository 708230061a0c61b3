#pragma once

#include <barnabas/bytes.h>
