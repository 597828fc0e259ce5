"""The official Python SDK's own resources for an organization, against the gateway.

`management.test.mjs` starts a gateway and runs this against it; TOLLGATE_BASE_URL says where it serves.
"""

import os
import unittest

import anthropic
from anthropic import Anthropic

CLIENT = Anthropic(
    base_url=os.environ["TOLLGATE_BASE_URL"], api_key=os.environ["TOLLGATE_ADMIN_KEY"], max_retries=0
)
# What the gateway has more of than fits on a first page.
MANY = 25
# Sizes of pages: of one item, of some with a rest, of nearly all.
SIZES = (1, 7, 20)


class Organization(unittest.TestCase):
    organization = CLIENT.organization

    def walked(self, length, of, *given):
        """Reads a list by pages of several sizes; all must tell the same."""
        whole = [each.to_dict(warnings=False) for each in of.list(*given, limit=1000)]
        self.assertEqual(len(whole), length)
        for limit in SIZES:
            pages = [each.to_dict(warnings=False) for each in of.list(*given, limit=limit)]
            self.assertEqual(pages, whole, f"{limit} a page")

    def test_reads_each_list_to_its_end_whatever_fits_on_a_page(self):
        organization = self.organization
        self.walked(8 + MANY, organization.api_keys)
        self.walked(6 + MANY, organization.users)
        self.walked(MANY, organization.invites)
        self.walked(2 + MANY, organization.workspaces)
        self.walked(1 + MANY, organization.workspaces.members, "bot")
        self.walked(MANY, organization.workspaces.rate_limits, "bot")
        self.walked(1 + MANY, organization.rate_limits)
        self.walked(1 + MANY, organization.service_accounts)
        self.walked(6 + MANY, organization.spend_limits.effective)

    def test_tells_whose_key_it_is(self):
        found = self.organization.retrieve()
        self.assertEqual((found.id, found.type, found.name), ("acme", "organization", "Acme"))

    def test_lists_every_key_and_reads_one(self):
        keys = list(self.organization.api_keys.list())
        self.assertEqual(len(keys), 8 + MANY)
        self.assertEqual([key.id for key in self.organization.api_keys.list(workspace_id="lab")], ["key_lab"])
        key = self.organization.api_keys.retrieve("key_lab")
        self.assertEqual((key.type, key.status, key.scope.type), ("api_key", "active", "workspace"))

    def test_renames_a_key(self):
        name = f"renamed by {type(self).__name__}"
        self.assertEqual(self.organization.api_keys.update("key_viewer", name=name).name, name)

    def test_lists_every_user_and_reads_one(self):
        self.assertEqual(len(list(self.organization.users.list())), 6 + MANY)
        user = self.organization.users.retrieve("vera")
        self.assertEqual((user.email, user.role, user.type), ("vera@acme.example", "viewer", "user"))

    def test_invites_lists_and_takes_back(self):
        email = f"{type(self).__name__.lower()}@acme.example"
        invite = self.organization.invites.create(email=email, role="developer")
        self.assertIn(email, [each.email for each in self.organization.invites.list()])
        self.assertEqual(self.organization.invites.delete(invite.id).type, "invite_deleted")

    def test_lists_workspaces_and_their_members(self):
        self.assertEqual(len(list(self.organization.workspaces.list())), 2 + MANY)
        members = list(self.organization.workspaces.members.list("bot"))
        self.assertIn(("vera", "workspace_developer"), [(each.user_id, each.workspace_role) for each in members])

    def test_lists_rate_limits_and_service_accounts(self):
        [limit, *_] = list(self.organization.rate_limits.list())
        self.assertEqual([(each.type, each.value) for each in limit.limits], [("requests_per_minute", 600)])
        self.assertEqual(len(list(self.organization.service_accounts.list())), 1 + MANY)

    def test_refuses_what_does_not_exist(self):
        with self.assertRaises(anthropic.NotFoundError) as refused:
            self.organization.api_keys.retrieve("nobody")
        self.assertRegex(refused.exception.request_id, "^req_")


class BetaOrganization(Organization):
    organization = CLIENT.beta.organization

    def test_lists_spend_limits(self):
        self.walked(2 + MANY, self.organization.spend_limits)
        self.assertEqual(self.organization.spend_limits.retrieve("org-month").amount, "50000")


if __name__ == "__main__":
    unittest.main()
