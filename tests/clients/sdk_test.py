"""The official Python SDK through the gateway: what is allowed, what is denied, and what the client makes of it.

`python.test.mjs` starts a demo and runs this against it; TOLLGATE_READY_FILE says where it serves.
"""

import json
import os
import time
import unittest
import urllib.request

import anthropic
from anthropic import Anthropic, AsyncAnthropic, DefaultHttpxClient

with open(os.environ["TOLLGATE_READY_FILE"], encoding="utf-8") as ready_file:
    READY = json.load(ready_file)

KEYS = READY["keys"]
MODEL = "claude-sonnet-5"
# A key of the right form that nobody has.
UNKNOWN_KEY = os.environ["TOLLGATE_UNKNOWN_KEY"]
WAIT_LIMIT_S = 30


def fetch(url, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers or {})) as response:
        return json.load(response)


def balances():
    debug = READY["debug"]
    token = {"authorization": f"Bearer {debug['operator_token']}"}
    return fetch(f"{debug['operator_url']}/query", {"type": "balances"}, token)


def control(path):
    return fetch(f"{READY['debug']['upstream_control_url']}/__control/{path}")


def release(name):
    return fetch(f"{READY['debug']['upstream_control_url']}/__control/release?name={name}", {})


def until(what, look):
    """Waits for a condition, not for a time."""
    deadline = time.monotonic() + WAIT_LIMIT_S
    while True:
        seen = look()
        if seen:
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.005)


def settled():
    """All that was charged, once nothing is held."""
    return until("nothing is held", lambda: (b := balances()["total"])["held_usd"] == "0" and b)["settled_usd"]


def units(usd):
    """Units of 10^-18 usd."""
    whole, _, fraction = usd.partition(".")
    return int(whole + fraction.ljust(18, "0"))


def price(usage):
    """What a usage of MODEL costs: 2 and 10 usd for a million tokens in and out, cache 0.20 read, 2.50 and 4 written."""
    writes = usage["cache_creation"]
    return 10**10 * (
        usage["input_tokens"] * 200
        + usage["output_tokens"] * 1000
        + usage["cache_read_input_tokens"] * 20
        + writes["ephemeral_5m_input_tokens"] * 250
        + writes["ephemeral_1h_input_tokens"] * 400
    )


CLIENTS = []


def client(key, max_retries=0, **options):
    made = Anthropic(base_url=READY["base_url"], api_key=key, max_retries=max_retries, **options)
    CLIENTS.append(made)
    return made


def tearDownModule():
    for made in CLIENTS:
        made.close()


def watched(key, max_retries):
    """A client, and the statuses that it saw."""
    statuses = []
    http = DefaultHttpxClient(event_hooks={"response": [lambda response: statuses.append(response.status_code)]})
    return client(key, max_retries, http_client=http), statuses


def asked(content, **more):
    return {"model": MODEL, "max_tokens": 256, "messages": [{"role": "user", "content": content}], **more}


class Allowed(unittest.TestCase):
    def test_a_message_has_the_shape_that_the_sdk_knows(self):
        strict = client(KEYS["normal"], _strict_response_validation=True)
        message = strict.messages.create(**asked("[[tokens in=120 out=80 cache_read=5]]"))
        self.assertEqual((message.usage.input_tokens, message.usage.output_tokens), (120, 80))
        self.assertEqual(message.stop_reason, "end_turn")

    def test_a_stream_gathers_to_the_same_text(self):
        strict = client(KEYS["normal"], _strict_response_validation=True)
        plain = strict.messages.create(**asked("[[tokens out=80]]"))
        with strict.messages.stream(**asked("[[tokens out=80]]")) as stream:
            text = "".join(stream.text_stream)
            final = stream.get_final_message()
        self.assertEqual(text, plain.content[0].text)
        self.assertEqual(final.usage.output_tokens, 80)

    def test_tokens_are_counted_and_models_listed(self):
        strict = client(KEYS["normal"], _strict_response_validation=True)
        counted = strict.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "[[tokens in=77]]"}])
        self.assertEqual(counted.input_tokens, 77)
        self.assertIn(MODEL, [model.id for model in strict.models.list(limit=3)])
        self.assertEqual([model.id for model in client(KEYS["one_model"]).models.list()], ["claude-haiku-4-5"])


class AllowedAsync(unittest.IsolatedAsyncioTestCase):
    async def test_the_async_client_streams_too(self):
        async with AsyncAnthropic(base_url=READY["base_url"], api_key=KEYS["normal"]) as anthropic_async:
            async with anthropic_async.messages.stream(**asked("[[tokens out=33]]")) as stream:
                final = await stream.get_final_message()
        self.assertEqual(final.usage.output_tokens, 33)


class Denied(unittest.TestCase):
    def refused(self, error, key, max_retries=2, attempts=1, **request):
        for stream in (False, True):
            denied, statuses = watched(key, max_retries)
            with self.assertRaises(error) as raised:
                denied.messages.create(**asked("hello", **request), stream=stream)
            self.assertEqual(len(statuses), attempts)
        return raised.exception

    def test_unknown_revoked_and_expired_keys(self):
        for key in (UNKNOWN_KEY, KEYS["normal"] + "x", KEYS["revoked"], KEYS["expired"]):
            error = self.refused(anthropic.AuthenticationError, key)
            self.assertEqual(error.body["error"]["type"], "authentication_error")

    def test_a_role_or_a_model_that_may_not(self):
        for key in (KEYS["viewer"], KEYS["one_model"]):
            error = self.refused(anthropic.PermissionDeniedError, key)
            self.assertEqual(error.body["error"]["type"], "permission_error")

    def test_a_rate_limit_is_waited_for_and_then_succeeds(self):
        burst = client(KEYS["tight_limit"])
        burst.messages.create(**asked("hello"))
        burst.messages.create(**asked("hello"))
        with self.assertRaises(anthropic.RateLimitError) as raised:
            burst.messages.create(**asked("hello"))
        self.assertRegex(raised.exception.response.headers["retry-after"], "^[1-3]$")
        patient, statuses = watched(KEYS["tight_limit"], 5)
        patient.messages.create(**asked("hello"))
        # The SDK's own guess would be half a second: one retry shows that it waited as it was told.
        self.assertEqual(statuses, [429, 200])

    def test_the_cap_is_not_retried(self):
        spend = asked("[[tokens in=100 out=1000]]", max_tokens=1024)
        client(KEYS["tight_budget"]).messages.create(**spend)
        seen = control("requests")["count"]
        error = self.refused(anthropic.BadRequestError, KEYS["tight_budget"], max_tokens=1024)
        self.assertEqual(error.body["error"]["details"]["error_code"], "budget_exceeded")
        self.assertEqual(control("requests")["count"], seen)


class Books(unittest.TestCase):
    def test_the_ledger_is_the_sum_of_the_usages(self):
        before = units(settled())
        first = len(control("usages")["usages"])
        caller = client(KEYS["normal"])
        for n in range(12):
            text = f"[[tokens in={n * 613 % 9000} out={n * 71 % 250} cache_read={n * 37} cache_5m={n * 11} cache_1h={n * 5}]]"
            prompt = [{"type": "text", "text": "A long prompt. " * 100, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
            if n % 2:
                caller.messages.create(**asked(text, system=prompt))
            else:
                with caller.messages.stream(**asked(text, system=prompt)) as stream:
                    stream.until_done()
        billed = control("usages")["usages"][first:]
        self.assertEqual(len(billed), 12)
        self.assertEqual(units(settled()) - before, sum(price(each["usage"]) for each in billed))

    def test_a_client_that_leaves_is_billed_for_all_that_is_made(self):
        before = units(settled())
        billed = control("usages")["count"]
        with client(KEYS["normal"]).messages.create(**asked("[[hold python after=5]] [[tokens in=300 out=200]]"), stream=True) as stream:
            for event in stream:
                if event.type == "content_block_delta":
                    break
        until("the upstream holds the rest", lambda: "python" in control("held")["held"])
        release("python")
        until("it is billed", lambda: control("usages")["count"] > billed)
        usage = control("usages")["usages"][-1]["usage"]
        self.assertEqual(usage["output_tokens"], 200)
        self.assertEqual(units(settled()) - before, price(usage))


if __name__ == "__main__":
    unittest.main()
