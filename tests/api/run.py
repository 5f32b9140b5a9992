#!/usr/bin/env python3
"""Holds the HTTP interface to its document: schemathesis asks a running server what the document allows and what it
does not, as the owner of an organisation that has one of everything.

    tests/api/run.py PROGRAM PACKAGES [ARGUMENT...]

PROGRAM is `vitrine-cloud`, PACKAGES the folder that holds schemathesis; arguments go to `schemathesis run`, for example
`--include-path /v1/me`. A failure shows the request as a curl command and the seed.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.request

# Each operation is asked this often with random data, besides the cases that its schema's borders give.
CASES = "40"
# What the answer has to be: none of our failures, and a status, type, headers and body that the document names.
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)
# They would end the session that asks.
NOT_ASKED = [
    ("DELETE", "/v1/sessions"),
    ("DELETE", "/v1/sessions/current"),
    ("PUT", "/v1/me/password"),
]


class Cloud:
    """A server on a free port over a folder of its own."""

    def __init__(self, program, folder):
        log = open(folder / "serve.log", "wb")
        command = [program, "serve", "--listen", "127.0.0.1:0", "--rtmp-listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(command + ["--data-dir", str(folder / "data")], stdout=log, stderr=log)
        self.token = None
        self.address = "http://" + self.wait(folder / "data" / "run" / "serve.json")["http"]

    def wait(self, run_file):
        for _ in range(600):
            if run_file.exists():
                return json.loads(run_file.read_text())
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        sys.exit("the server did not start")

    def send(self, method, path, body=None, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.address + path, data, {"content-type": kind}, method=method)
        if self.token:
            request.add_header("authorization", "Bearer " + self.token)
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def end(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def furnish(cloud):
    """An organisation with one of everything; what its paths are filled with."""
    owner = {"email": "owner@example.com", "password": "correct horse", "name": "Ada", "organization_name": "Nord"}
    session = cloud.send("POST", "/v1/register", owner)
    cloud.token = session["token"]
    org = session["organizations"][0]
    root = f"/v1/orgs/{org['id']}"
    product = cloud.send("POST", root + "/products", {
        "title": "Scarf", "url": "https://shop.example/scarf", "currency": "EUR", "price_minor": 2900, "stock": 50,
    })
    coupon = cloud.send("POST", root + "/coupons", {"code": "LIVE10", "title": "10 % off", "percent_off": 10})
    shows = [
        cloud.send("POST", root + "/shows", {"title": title, "scheduled_at": "2090-01-01T12:00:00Z"})
        for title in ("Autumn", "Winter")
    ]
    items = [
        {"kind": "product", "product_id": product["id"]},
        {"kind": "coupon", "coupon_id": coupon["id"]},
    ]
    cloud.send("PUT", f"{root}/shows/{shows[0]['id']}/lineup", {"items": items})
    cloud.send("POST", f"{root}/shows/{shows[0]['id']}/publish-key")
    for number in range(3):
        cloud.send("POST", root + "/orders", {
            "lines": [{
                "product_id": product["id"], "variant_id": product["variants"][0]["id"], "quantity": 1,
                "price_minor": 2900,
            }],
            "currency": "EUR", "total_minor": 2900, "external_ref": str(number),
        })
    return {"org": org["id"], "show": shows[0]["id"], "product": product["id"], "coupon": coupon["id"],
            "channel": org["slug"], "spare_show": shows[1]["id"]}


def settings(cloud, ids):
    """What schemathesis is told by a file."""
    lines = [
        f'headers = {{ Authorization = "Bearer {cloud.token}" }}',
        "request-timeout = 20.0",
        "[parameters]",
    ]
    lines += [f'"path.{name}" = "{ids[name]}"' for name in ("org", "show", "product", "coupon", "channel")]
    # What is deleted is not what the others ask for.
    lines += [
        "[[operations]]",
        'include-name = "DELETE /v1/orgs/{org}/shows/{show}"',
        f'parameters = {{ "path.show" = "{ids["spare_show"]}" }}',
        "[[operations]]",
        'include-name = "DELETE /v1/orgs/{org}/products/{product}"',
        f'parameters = {{ "path.product" = "{ids["spare_show"]}" }}',
    ]
    for method, path in NOT_ASKED:
        lines += ["[[operations]]", f'include-name = "{method} {path}"', "enabled = false"]
    return "\n".join(lines) + "\n"


def main():
    program, packages, arguments = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]), sys.argv[3:]
    with tempfile.TemporaryDirectory(prefix="vitrine-api-") as folder:
        folder = pathlib.Path(folder)
        cloud = Cloud(program, folder)
        try:
            config = folder / "schemathesis.toml"
            config.write_text(settings(cloud, furnish(cloud)))
            command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "--no-color", "run"]
            command += [cloud.address + "/v1/openapi.json", "--url", cloud.address, "--checks", CHECKS]
            command += ["--max-examples", CASES, "--phases", "examples,coverage,fuzzing", "--workers", "1"]
            command += ["--warnings", "off", "--suppress-health-check", "all", "--no-shrink"] + arguments
            code = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": packages}).returncode
            if cloud.process.poll() is not None:
                sys.exit(f"the server ended with {cloud.process.returncode}")
            log = (folder / "serve.log").read_text(errors="replace")
            panics = [line for line in log.splitlines() if "panicked" in line]
            print("\n".join(panics))
            sys.exit(code or (1 if panics else 0))
        finally:
            cloud.end()


main()
