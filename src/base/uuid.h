#pragma once

#include <barnabas/uuid.h>
