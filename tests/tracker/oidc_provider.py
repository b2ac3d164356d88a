"""A small but real OpenID Connect provider, run by the tests as a process of its own.

authlib's server part: authorization code with PKCE, client secret, RS256, codes that work once. Whoever asks for
``/misbehave?…`` makes the next token wrong on purpose.

    python oidc_provider.py SOCKET REDIRECT_URI

``SOCKET`` is the number of an inherited one that listens already.
"""

import os
import socket
import sys
import time
from collections import defaultdict
from typing import Any

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # on loopback only

import uvicorn
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

LISTENING, REDIRECT_URI = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
ISSUER = f"http://127.0.0.1:{LISTENING.getsockname()[1]}"
CLIENT_ID, CLIENT_SECRET = "desk", "a secret that both know"
KEY = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
FORGED = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
PEOPLE = {
    "ana": {"sub": "248289", "name": "Ana", "email": "Ana@Cluster.eu", "email_verified": True},
    "ana2": {"sub": "248290", "name": "Ana", "email": "ana.two@cluster.eu", "email_verified": True},
    "mallory": {"sub": "666", "name": "Mallory", "email": "ana@cluster.eu", "email_verified": False},
    "sly": {"sub": "667", "name": "Sly", "email": "ana@cluster.eu", "email_verified": "true"},
    "stranger": {"sub": "700", "name": "Stranger", "email": "stranger@elsewhere.eu", "email_verified": True},
    "nobody": {"sub": "701", "name": "Nobody"},
}
CODES: dict[str, "Code"] = {}
WRONG: dict[str, str] = {}
"""What is wrong with the next token."""


class Person:
    def __init__(self, claims: dict[str, Any]) -> None:
        self.claims = claims


class Client:
    client_id = CLIENT_ID

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return REDIRECT_URI

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(one for one in scope.split() if one in ("openid", "email", "profile"))

    def check_redirect_uri(self, uri: str) -> bool:
        return uri == REDIRECT_URI

    def check_client_secret(self, secret: str) -> bool:
        return secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


class Code:
    def __init__(self, code: str, request: Any) -> None:
        data = request.payload.data
        self.code, self.person, self.scope = code, request.user, request.scope
        self.redirect_uri, self.nonce = request.payload.redirect_uri, data.get("nonce")
        self.code_challenge = data["code_challenge"]
        self.code_challenge_method = data.get("code_challenge_method")

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return WRONG.get("nonce", self.nonce)

    def get_auth_time(self) -> int:
        return int(time.time())

    def get_acr(self) -> None: ...

    def get_amr(self) -> None: ...


class CodeGrant(AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic",)

    def save_authorization_code(self, code: str, request: Any) -> None:
        CODES[code] = Code(code, request)

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        return CODES.get(code)

    def delete_authorization_code(self, code: Code) -> None:
        del CODES[code.code]

    def authenticate_user(self, code: Code) -> Person:
        return code.person


class IdToken(OpenIDCode):
    def exists_nonce(self, nonce: str, request: Any) -> bool:
        return any(one.nonce == nonce for one in CODES.values())

    def resolve_client_private_key(self, client: Client) -> RSAKey:
        return FORGED if "key" in WRONG else KEY

    def get_client_algorithm(self, client: Client) -> str:
        return "RS256"

    def get_encode_header(self, client: Client) -> dict[str, str]:
        return {"alg": "RS256", "kid": "first"}

    def get_client_claims(self, client: Client) -> dict[str, Any]:
        expires = int(time.time()) + int(WRONG.get("expires_in", 600))
        claims = {"iss": WRONG.get("iss", ISSUER), "aud": [WRONG.get("aud", CLIENT_ID)], "exp": expires}
        return claims | ({"azp": WRONG["azp"]} if "azp" in WRONG else {})

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        return UserInfo(user.claims).filter(scope)


class Payload(OAuth2Payload):
    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._data, self._lists = dict(pairs), defaultdict(list)
        for name, value in pairs:
            self._lists[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> Any:
        return self._lists


class Asked(OAuth2Request):
    def __init__(self, request: Request, form: list[tuple[str, str]]) -> None:
        super().__init__(request.method, str(request.url), headers=request.headers)
        self._args, self._form = dict(request.query_params), dict(form)
        self.payload = Payload([*request.query_params.multi_items(), *form])

    @property
    def args(self) -> dict[str, str]:
        return self._args

    @property
    def form(self) -> dict[str, str]:
        return self._form


class Server(AuthorizationServer):
    def query_client(self, client_id: str) -> Client | None:
        return Client() if client_id == CLIENT_ID else None

    def save_token(self, token: dict[str, Any], request: Any) -> None: ...

    def send_signal(self, *args: Any, **kwargs: Any) -> None: ...

    def create_oauth2_request(self, request: Any) -> Any:
        return request

    def handle_response(self, status: int, body: Any, headers: Any) -> Response:
        if isinstance(body, dict):
            return JSONResponse(body, status, dict(headers))
        return Response(body, status, dict(headers))


SERVER = Server(scopes_supported=["openid", "email", "profile"])
SERVER.register_token_generator("default", BearerTokenGenerator(lambda **_: os.urandom(16).hex()))
SERVER.register_grant(CodeGrant, [CodeChallenge(required=True), IdToken(require_nonce=True)])


async def describe(request: Request) -> Response:
    return JSONResponse(
        {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }
        | ({"issuer": WRONG["described"]} if "described" in WRONG else {})
    )


async def authorize(request: Request) -> Response:
    """A page that asks who you are; its form leads back with a code."""
    form = [(name, str(value)) for name, value in (await request.form()).multi_items() if name != "person"]
    asked = Asked(request, form)
    person = Person(PEOPLE[str((await request.form())["person"])]) if request.method == "POST" else None
    try:
        grant = SERVER.get_consent_grant(asked, end_user=person)
    except OAuth2Error as error:
        return JSONResponse(dict(error.get_body()), error.status_code)
    if person is None:
        buttons = "".join(f'<button name="person" value="{name}">{name}</button>' for name in PEOPLE)
        return HTMLResponse(f'<form method="post">{buttons}</form>')
    return SERVER.create_authorization_response(asked, grant_user=person, grant=grant)


async def token(request: Request) -> Response:
    form = [(name, str(value)) for name, value in (await request.form()).multi_items()]
    return SERVER.create_token_response(Asked(request, form))


async def jwks(request: Request) -> Response:
    return JSONResponse(KeySet([KEY]).as_dict(private=False))


async def misbehave(request: Request) -> Response:
    WRONG.clear()
    WRONG.update(request.query_params)
    return JSONResponse(WRONG)


ROUTES = [
    Route("/.well-known/openid-configuration", describe),
    Route("/authorize", authorize, methods=["GET", "POST"]),
    Route("/token", token, methods=["POST"]),
    Route("/jwks", jwks),
    Route("/misbehave", misbehave),
]

if __name__ == "__main__":
    uvicorn.Server(uvicorn.Config(Starlette(routes=ROUTES), log_level="warning")).run([LISTENING])
