"""A mail server for tests: takes letters of the user `shop`, password `hush`, and writes each as JSON into a folder.
Usage: mail-server.py FOLDER. Prints its port."""
import asyncio, email, email.policy, json, os, sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = sys.argv[1]
count = 0


class Keep:
    async def handle_DATA(self, _server, _session, envelope):
        global count
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        said = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "subject": letter["subject"],
            "id": letter["message-id"],
            "text": letter.get_body(("plain",)).get_content(),
            "html": letter.get_body(("html",)).get_content(),
        }
        part = os.path.join(folder, f"{count:04}.part")
        with open(part, "w") as file:
            json.dump(said, file)
        os.rename(part, os.path.join(folder, f"{count:04}.json"))
        count += 1
        return "250 taken"


def knows(_server, _session, _envelope, _mechanism, data):
    return AuthResult(success=(data.login, data.password) == (b"shop", b"hush"))


async def main():
    def connection():
        return SMTP(Keep(), authenticator=knows, auth_required=True, auth_require_tls=False)

    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    # Ends with whoever started it.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
