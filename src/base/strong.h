#pragma once

#include <barnabas/strong.h>
