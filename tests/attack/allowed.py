"""What is open on purpose. Whatever a document names and these lists do not must refuse."""

from collections.abc import Mapping

from common.runtime.layout import SERVICES

PUBLIC: Mapping[str, str] = {
    **{f"{service} GET /": "where things are" for service in SERVICES},
    **{f"{service} GET /health": "whether the service works" for service in SERVICES},
    "auth GET /.well-known/jwks.json": "public keys",
    "auth POST /login": "signing in",
    "auth POST /refresh": "the refresh token is the proof",
    "auth POST /register": "an account of one's own",
    "auth POST /password/reset": "a mail is sent to whoever has the account",
    "auth POST /password/reset/{token}": "the mailed token is the proof",
    "auth POST /email/verify/{token}": "the mailed token is the proof",
    "document GET /files/{token}": "the signed link is the proof",
}
"""Operations that nobody needs to sign in for, and why."""

OWN_AFFAIRS: Mapping[str, str] = {
    "auth POST /email/resend-verification": "a mail to one's own address",
    "auth POST /logout": "the end of one's own session",
    "auth POST /password/change": "one's own password, with the old one",
    "auth GET /profile": "one's own account",
    "auth PUT /profile": "one's own account",
    "auth GET /second-factor": "one's own second factor",
    "auth POST /second-factor": "one's own second factor, with the password",
    "auth POST /second-factor/confirm": "one's own second factor, with a code of it",
    "auth POST /second-factor/off": "one's own second factor, with the password",
    "auth POST /second-factor/recovery-codes": "one's own second factor, with the password",
    "auth GET /sessions": "one's own sessions",
    "auth DELETE /sessions": "the end of one's own sessions",
    "company GET /companies/{company_id}": "one's own company",
    "company GET /companies/{company_id}/departments": "those of one's own company",
    "company GET /departments/{department_id}": "one of one's own company",
    "notification GET /notifications": "one's own notices",
    "notification PATCH /notifications/mark-all-read": "one's own notices",
    "notification GET /preferences": "one's own wishes",
    "notification PUT /preferences": "one's own wishes",
    "company GET /companies/{company_id}/settings": "those that the company's own people may see",
}
"""Operations that need no right, as they show and change only what belongs to whoever asks."""

READS_BY_POST: Mapping[str, str] = {}
"""Operations that a reader may send although they are no GET, as they change nothing."""

REFUSED_LATER: Mapping[str, str] = {
    "employee POST /employees/bulk": "row by row; test_a_bulk_hire_crosses_no_border looks at the rows",
}
"""Operations whose answer comes before what they refuse."""
