#pragma once

#include <barnabas/time.h>
