"""A site that logs somebody in with Authlib: authlib_login.py '{"issuer": …, "client_id": …, "redirect_uri": …, …}'"""

import json
import os
import re
import subprocess
import sys

import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet


def answer(challenge: str, did: str, key: str) -> str:
    """What the wallet says."""
    command = [os.environ["REALDID_PROGRAM"], "dev", "answer-challenge", challenge, "--did", did, "--key", key]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def log_in(address: str, issuer: str, did: str, key: str) -> str:
    """What the browser does: the address at the site to which that leads."""
    with requests.Session() as browser:
        page = browser.get(address)
        challenge = re.search(r"#challenge=([\w-]+)", page.text)
        assert challenge, page.text
        response = answer(challenge[1], did, key)
        told = browser.post(
            f"{issuer}/return", data={"response": response}, headers={"accept": "application/json"}
        ).json()
        return browser.get(issuer + told["continue"], allow_redirects=False).headers["location"]


def main(given: dict) -> None:
    issuer, client_id = given["issuer"], given["client_id"]
    metadata = requests.get(f"{issuer}/.well-known/openid-configuration").json()
    site = OAuth2Session(
        client_id,
        given.get("client_secret"),
        redirect_uri=given["redirect_uri"],
        scope="openid real_name",
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic" if "client_secret" in given else "none",
    )
    verifier, nonce = generate_token(48), generate_token()
    address, state = site.create_authorization_url(
        metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
    )
    back = log_in(address, issuer, given["did"], given["key"])
    token = site.fetch_token(
        metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )

    keys = KeySet.import_key_set(requests.get(metadata["jwks_uri"]).json())
    signed = jwt.decode(token["id_token"], keys, algorithms=metadata["id_token_signing_alg_values_supported"])
    assert signed.header["alg"] == given["algorithm"], signed.header
    options = {"iss": {"value": issuer}, "aud": {"value": client_id}}
    claims = CodeIDToken(
        signed.claims, signed.header, options, {"nonce": nonce, "access_token": token["access_token"], "client_id": client_id}
    )
    claims.validate()
    assert claims["real_name_verified"] is True

    info = site.get(metadata["userinfo_endpoint"]).json()
    assert info == {"sub": claims["sub"], "real_name_verified": True}, info
    try:
        site.fetch_token(
            metadata["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
        )
    except OAuthError as error:
        assert error.error == "invalid_grant", error
    else:
        raise AssertionError("a code is exchanged twice")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
