#pragma once

// Records as producers send them and as consumers get them.

#include <barnabas/consumer_records.h>
#include <barnabas/producer_record.h>
