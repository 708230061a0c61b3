#include "coordinator/consumer/assignor.h"

#include "base/invariant.h"
#include "coordinator/consumer/range_assignor.h"
#include "coordinator/consumer/uniform_assignor.h"
#include "coordinator/consumer/uniform_balancer.h"

namespace barnabas::coordinator {

AssignorOutput assign(AssignorKind kind, const AssignorInput& input) {
    AssignorOutput output = kind == AssignorKind::range ? assign_range(input)
                            : input.homogeneous         ? assign_uniform_homogeneous(input)
                                                        : assign_uniform_heterogeneous(input);
    INVARIANT(output.size() == input.members.size(), "{} assignments for {} members", output.size(),
              input.members.size());
    for (Assignment& assignment : output) {
        normalize(assignment);
    }
    return output;
}

}  // namespace barnabas::coordinator
