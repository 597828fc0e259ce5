"""What `schemathesis` cannot know of the management API by its description."""

import schemathesis
from schemathesis import GenerationMode

# The form is right, and what it names does not fit the organization.
ABOUT_THE_ORGANIZATION = {"invalid_policy", "built_in_role", "revoked_key", "unknown_page"}
# Forms of the engine's own, which the description leaves open: a price book, and changes to be tried.
LEFT_OPEN = {"PUT /v1/organizations/price_book", "POST /v1/organizations/preview"}

# By whom the API is asked: without these, everything after would be a 401 and prove nothing.
ASKING = {"manage_admin", "ada"}


@schemathesis.hook
def filter_case(context, case):
    """Lets nothing change who asks: ids are learnt from what the API lists."""
    ids = set((case.path_parameters or {}).values())
    return case.method.upper() in {"GET", "HEAD"} or not ASKING & {str(each) for each in ids}


@schemathesis.check
def described_data_is_understood(ctx, response, case):
    """A request that the description allows is never refused for its form."""
    if case.meta is None or case.meta.generation.mode != GenerationMode.POSITIVE:
        return
    if response.status_code != 400 or case.operation.label in LEFT_OPEN:
        return
    error = response.json()["error"]
    code = (error.get("details") or {}).get("error_code")
    assert code in ABOUT_THE_ORGANIZATION, f"the description allows what is refused: {error['message']}"
