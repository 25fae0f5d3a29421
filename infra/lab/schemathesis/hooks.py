"""Plays phone, holder, officer and bank for Schemathesis: signs its requests, and knows values that mean something."""

import base64
import hashlib
import itertools
import json
import os
import secrets
import time

import jwt
import requests
import schemathesis
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from schemathesis.auths import RequestsAuth

# Who may be played, as infra/local/src/schemathesis.rs enrolled them on the running stack.
PEOPLE = json.loads(os.environ["IKD_SCHEMATHESIS"])
API = PEOPLE["api"]


class Bearer(requests.auth.AuthBase):
    """An officer or an integrator, by token."""

    def __init__(self, access_token):
        self.access_token = access_token

    def __call__(self, request):
        request.headers["Authorization"] = f"Bearer {self.access_token}"
        return request


class Phone(requests.auth.AuthBase):
    """A phone that proves its key with every request (RFC 9449), and its session where it has one."""

    def __init__(self, key, access_token=None):
        self.key = key
        self.access_token = access_token

    def __call__(self, request):
        claims = {
            "jti": secrets.token_hex(16),
            "htm": request.method,
            "htu": request.url.partition("?")[0],
            "iat": int(time.time()),
        }
        if self.access_token:
            digest = hashlib.sha256(self.access_token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            request.headers["Authorization"] = f"DPoP {self.access_token}"
        jwk = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        headers = {"typ": "dpop+jwt", "jwk": jwk}
        request.headers["DPoP"] = jwt.encode(claims, self.key, algorithm="ES256", headers=headers)
        return request


class Holder(requests.auth.AuthBase):
    """A phone that logs in again whenever its session has ended."""

    def __init__(self, key, pin):
        self.key = key
        self.pin = pin
        self.access_token = None

    def log_in(self):
        reply = requests.post(f"{API}/sessions", json={"pin": self.pin}, auth=Phone(self.key), timeout=30)
        reply.raise_for_status()
        self.access_token = reply.json()["access_token"]

    def __call__(self, request):
        if self.access_token is None:
            self.log_in()
        return Phone(self.key, self.access_token)(request)


def operation_id(context):
    return context.operation.definition.raw["operationId"]


def is_positive(case):
    return case.meta is not None and case.meta.generation.mode.is_positive


def key_of(person):
    return load_pem_private_key(PEOPLE[person]["key"].encode(), password=None)


officer = Bearer(PEOPLE["officer"]["access_token"])
integrator = Bearer(PEOPLE["integrator"]["access_token"])
applicant = Phone(ec.generate_private_key(ec.SECP256R1()))
holder = Holder(key_of("holder"), PEOPLE["holder"]["pin"])
leaving = Phone(key_of("leaving"), PEOPLE["leaving"]["access_token"])
leaving_by_delete = Phone(key_of("leaving_by_delete"), PEOPLE["leaving_by_delete"]["access_token"])
lost = Phone(key_of("lost"), PEOPLE["lost"]["access_token"])


def check_status(request):
    is_holders = PEOPLE["holder"]["registration"] in request.url
    return (Phone(holder.key) if is_holders else applicant)(request)


def resend_activation(request):
    return (officer if b"email" in (request.body or b"") else applicant)(request)


# Who calls by which scheme of the description.
BY_SCHEME = {"holderToken": holder, "officerToken": officer, "integratorToken": integrator, "dpopProof": applicant}

# Who calls an operation that only some callers of a kind may call.
CALLERS = {
    "check-status": check_status,
    "resend-activation": resend_activation,
    "login": Phone(holder.key),
    "erase-identity": leaving_by_delete,
    "erase-identity-by-post": leaving,
    "block-device-own": lost,
}


def caller_of(context):
    """Somebody who may call an operation; nobody where anybody may."""
    schemes = [scheme for one in context.operation.definition.raw["security"] for scheme in one]
    by_scheme = next((caller for scheme, caller in BY_SCHEME.items() if scheme in schemes), None)
    return CALLERS.get(operation_id(context), by_scheme)


@schemathesis.auth(refresh_interval=None)
class Callers:
    """Has each operation called by somebody who may."""

    def get(self, case, context):
        is_about_missing_headers = any(
            mutation.parameter is None and "required" in mutation.keywords
            for mutation in getattr(case.meta.phase.data, "mutations", ())
        )
        return None if is_about_missing_headers else caller_of(context)

    def set(self, case, caller, context):
        # Proofs are made last, when the request is complete.
        RequestsAuth(caller).set(case, caller, context)


def registered():
    """A new registration, which waits for the officer."""
    reply = requests.post(f"{API}/registrations", json=PEOPLE["applicant"], auth=applicant, timeout=30)
    reply.raise_for_status()
    return reply.json()


def approved():
    """A new registration that the officer approved."""
    registration = registered()
    path = f"/registrations/by-ticket/{registration['ticket']['text']}/decision"
    decision = {"verdict": "approve", "replace_device": True}
    requests.post(f"{API}{path}", json=decision, auth=officer, timeout=30).raise_for_status()
    return registration


def approved_nik():
    """The NIK of a new registration that waits for its activation."""
    approved()
    return PEOPLE["applicant"]["nik"]


def activated():
    return {"id": PEOPLE["holder"]["registration"]}


def qr_code(**wishes):
    reply = requests.post(f"{API}/qr-codes", json=wishes, auth=holder, timeout=30)
    reply.raise_for_status()
    return reply.json()["token"]


def question():
    """A question that the holder is asked: the scan's answer and its address."""
    body = {"token": qr_code(consent="at-scan"), "purpose": PEOPLE["integrator"]["purpose"]}
    reply = requests.post(f"{API}/redemptions", json=body, auth=integrator, timeout=30)
    reply.raise_for_status()
    return reply.json() | {"address": reply.headers["Location"]}


def answer(body):
    """A right answer, where one that allows was generated or one that refuses."""
    asks = question()
    known = {"redemption_id": asks["redemption_id"]}
    if (body or {}).get("answer") == "allow":
        known |= {"digits": asks["digits"], "pin": holder.pin, "claims": ["name"]}
    return known


def signed():
    """A new signature, which another implementation verifies with the published keys alone."""
    digest = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    body = {"document_hash": digest, "pin": holder.pin}
    reply = requests.post(f"{API}/me/signatures", json=body, auth=holder, timeout=30)
    reply.raise_for_status()
    signature = reply.json()
    sets = [requests.get(f"{API}/.well-known/{name}.json", timeout=30).json() for name in ("jwks", "retired-keys")]
    keys = jwt.PyJWKSet([key for one in sets for key in one["keys"]])
    kid = jwt.get_unverified_header(signature["signature"])["kid"]
    jwt.PyJWS().decode(signature["signature"], keys[kid], ["ES256"], detached_payload=digest.encode())
    return {name: signature[name] for name in ("id", "document_hash")}


def printed():
    """The name of a document that was issued to be printed."""
    path = f"{API}/me/documents/ktp-el"
    reply = requests.get(path, headers={"Accept": "application/pdf"}, auth=holder, timeout=30)
    reply.raise_for_status()
    return reply.links["describedby"]["url"].rpartition("/")[2]


def pin_change():
    new = "161803" if holder.pin != "161803" else "314159"
    return {"old_pin": holder.pin, "new_pin": new, "new_pin_repeated": new}


def client_assertion():
    bank, now = PEOPLE["integrator"]["client_id"], int(time.time())
    claims = {"iss": bank, "sub": bank, "aud": API, "jti": secrets.token_hex(16), "iat": now, "exp": now + 60}
    return jwt.encode(claims, key_of("integrator"), algorithm="ES256")


links = itertools.cycle([PEOPLE["holder"]["link"], PEOPLE["waiting"]["link"]])
own = itertools.cycle([registered, approved, activated])
scanned = itertools.cycle([registered, approved])

# Values that the service knows, by operation: members of the path, the query or the body.
KNOWN = {
    "register": lambda _: {name: PEOPLE["applicant"][name] for name in ("nik", "phone_number", "selfie")},
    "check-status": lambda _: {"id": next(own)()["id"]},
    "resend-activation": lambda _: {"id": approved()["id"]},
    "resend-activation-by-nik": lambda _: {"nik": approved_nik()},
    "approve-face-review": lambda _: {"ticket": next(scanned)()["ticket"]["text"]},
    "approve-face-decide": lambda _: {"ticket": registered()["ticket"]["text"]},
    "activate-open": lambda _: {"token": next(links)},
    "activate-submit": lambda _: {"token": next(links)},
    "activate-captcha": lambda _: {"token": next(links)},
    "login": lambda _: {"pin": holder.pin},
    "change-pin": lambda _: pin_change(),
    "erase-identity": lambda _: {"pin": PEOPLE["leaving_by_delete"]["pin"]},
    "erase-identity-by-post": lambda _: {"pin": PEOPLE["leaving"]["pin"]},
    "verify-document": lambda _: {"id": printed()},
    "sign-document": lambda _: {"pin": holder.pin},
    "check-signature": lambda _: signed(),
    "answer-scan": answer,
    "fetch-redemption": lambda _: {"id": question()["address"].rpartition("/")[2]},
    "redeem-qr": lambda _: {"token": qr_code(), "purpose": PEOPLE["integrator"]["purpose"]},
    "look-up-resident": lambda _: {"nik": PEOPLE["holder"]["nik"]},
    "block-device": lambda _: {"nik": PEOPLE["applicant"]["nik"]},
    "unlock-pin": lambda _: {"nik": PEOPLE["holder"]["nik"]},
    "reset-pin": lambda _: {"nik": PEOPLE["forgetful"]["nik"]},
    "issue-token": lambda _: {"client_id": PEOPLE["integrator"]["client_id"], "client_assertion": client_assertion()},
}
# Every other request keeps the values that were generated.
turns = {operation: itertools.cycle([True, False]) for operation in KNOWN}


def send_as_utf_8(case):
    """`cargo lambda watch` passes on nothing else, and answers 500 by itself; headers are sent as Latin-1."""
    if isinstance(case.body, bytes):
        case.body = case.body.decode(errors="replace").encode()
    case.headers.update({name: value.encode().decode("latin-1") for name, value in case.headers.items()})


def put(case, known):
    """Each value where the request has it: in the path, in the query of a GET, or else in the body."""
    in_path = {name: value for name, value in known.items() if name in (case.path_parameters or {})}
    others = {name: value for name, value in known.items() if name not in in_path}
    if in_path:
        case.path_parameters = {**case.path_parameters, **in_path}
    if others and case.method == "GET":
        case.query = {**(case.query or {}), **others}
    elif others:
        case.body = {**case.body, **others}


@schemathesis.hook
def before_call(context, case, kwargs):
    send_as_utf_8(case)
    operation = operation_id(context)
    names_holder = isinstance(case.body, dict) and case.body.get("nik") == PEOPLE["holder"]["nik"]
    if names_holder and operation in ("register", "block-device", "reset-pin"):
        # The holder stays: nobody replaces or blocks this device, or takes its PIN.
        case.body = {**case.body, "nik": PEOPLE["applicant"]["nik"]}
    if operation in KNOWN and is_positive(case) and next(turns[operation]):
        put(case, KNOWN[operation](case.body))


@schemathesis.hook
def after_call(context, case, response):
    """Keeps track of the holder's session and PIN."""
    outcome = (operation_id(context), response.status_code)
    if outcome == ("login", 200):
        holder.access_token = response.json()["access_token"]
    elif outcome == ("change-pin", 204):
        holder.pin, holder.access_token = case.body["new_pin"], None
    elif outcome == ("lock", 204):
        holder.access_token = None
    elif outcome in [("login", 401), ("change-pin", 401), ("sign-document", 401)]:
        # A right PIN in between keeps the wrong ones from locking it.
        holder.log_in()


@schemathesis.check
class EveryOperationSucceeds:
    """A run in which an operation never succeeded has not tested it."""

    def __init__(self):
        self.statuses = {}

    def after_response(self, context, response, case):
        self.statuses.setdefault(case.operation.label, set()).add(response.status_code)

    def after_run(self, context):
        never = [label for label, statuses in self.statuses.items() if min(statuses) >= 300]
        assert not never, f"These never succeeded: {', '.join(never)}"


# Values of which the service asks more than the schema says.
BEYOND_SCHEMA = {
    "answer-scan": {"/claims", "/digits", "/pin"},
    "register": {"/phone_number", "/selfie"},
    "change-pin": {"/new_pin", "/new_pin_repeated"},
    "block-device": {"/stolen_since"},
    "approve-face-decide": {"/previous_device", "/previous_device/stolen_since"},
}


@schemathesis.check
def refused_values_are_beyond_the_schema(context, response, case):
    is_page = response.headers.get("content-type") == ["text/html; charset=utf-8"]
    if is_positive(case) and response.status_code == 422 and not is_page:
        refused = {error["pointer"] for error in response.json().get("errors", [])}
        known = BEYOND_SCHEMA.get(case.operation.definition.raw["operationId"], set())
        assert refused <= known, f"The schema allows what was refused: {', '.join(refused - known)}"


@schemathesis.deserializer("text/html")
def page(context, response):
    return response.text
