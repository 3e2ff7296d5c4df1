"""Who gets in, in whose scope, and what an error leaves behind."""

from uuid import UUID, uuid4

import pytest

from common.api.tests.types import Api, Tokens
from common.security.models import RevokedSession
from common.security.tokens import mint_service_token

pytestmark = pytest.mark.urls("common.api.tests.addresses")


@pytest.mark.usefixtures("db")
class TestRights:
    def test_a_request_without_a_token_is_asked_to_sign_in(self, api: Api) -> None:
        answer = api().get("/notes")
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["error"]["code"] == "UNAUTHENTICATED"

    def test_a_person_without_the_permission_is_refused(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        answer = api(person_token(role="worker", company_id=company_id)).get("/notes")
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "FORBIDDEN"

    def test_one_of_several_permissions_is_enough(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        token = person_token(role="worker", company_id=company_id, permissions=["leave_requests:create"])
        assert api(token).post("/notes", {"text": "a"}).status_code == 201

    def test_a_method_without_a_handler_is_not_allowed(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        for method in ("DELETE", "TRACE", "PROPFIND"):
            answer = client.generic(method, "/notes")
            assert answer.status_code == 405
            assert answer.json()["error"]["code"] == "METHOD_NOT_ALLOWED"

    def test_method_override_headers_mean_nothing(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        assert client.get("/notes", headers={"X-HTTP-Method-Override": "DELETE"}).status_code == 200

    def test_head_and_options_need_a_signed_in_person(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        assert api().head("/notes").status_code == 401
        assert api().options("/notes").status_code == 401
        client = api(person_token(company_id=company_id))
        assert client.head("/notes").status_code == 200
        assert client.options("/notes").status_code == 200

    def test_a_service_gets_in_at_internal_addresses_only(self, api: Api) -> None:
        token = mint_service_token("employee")
        assert api(token).get("/internal").content == b"employee"
        assert api(token).get("/notes").status_code == 401

    def test_a_person_does_not_get_in_at_internal_addresses(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        assert api(person_token(company_id=company_id)).get("/internal").status_code == 401
        assert api().get("/internal").status_code == 401

    def test_a_bad_token_does_not_matter_at_a_public_address(self, api: Api) -> None:
        assert api("rubbish").post("/public", {"a": 1}).json() == {"read": {"a": 1}}


@pytest.mark.usefixtures("db")
class TestScope:
    def test_a_person_sees_the_company_their_token_names(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        user_id = uuid4()
        answer = api(person_token(company_id=company_id, user_id=user_id)).get("/scope")
        assert answer.json()["scope"] == [str(company_id), str(user_id), False]

    def test_a_client_cannot_name_another_company(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        answer = client.get("/scope", headers={"X-Company-ID": str(uuid4()), "X_Company_ID": str(uuid4())})
        assert answer.json()["scope"][0] == str(company_id)

    def test_a_super_administrator_sees_every_company(self, api: Api, person_token: Tokens) -> None:
        assert api(person_token(role="super_admin")).get("/scope").json()["scope"][2] is True

    def test_a_person_without_a_company_is_let_in_nowhere(self, api: Api, person_token: Tokens) -> None:
        answer = api(person_token(role="worker")).get("/scope")
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


@pytest.mark.usefixtures("committed_db")
class TestTransaction:
    def test_a_handler_runs_in_a_transaction_unless_it_manages_its_own(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        assert client.get("/scope").json()["in_transaction"] is True
        own = client.get("/own-scope").json()
        assert own == {"scope": None, "in_transaction": False}

    @pytest.mark.parametrize(
        ("text", "status", "code"),
        [
            ("refuse", 409, "CONFLICT"),
            ("break", 500, "INTERNAL_ERROR"),
            ("cannot be rendered", 500, "INTERNAL_ERROR"),
            ("commit fails", 500, "INTERNAL_ERROR"),
        ],
    )
    def test_whatever_goes_wrong_takes_the_changes_back(
        self, api: Api, person_token: Tokens, company_id: UUID, text: str, status: int, code: str
    ) -> None:
        answer = api(person_token(company_id=company_id)).post("/notes", {"text": text})
        assert answer.status_code == status
        assert answer.json()["error"]["code"] == code
        assert not RevokedSession.objects.exists()

    def test_an_answer_that_is_an_error_takes_the_changes_back(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        assert client.post("/notes", {"text": "answer an error"}).status_code == 409
        assert not RevokedSession.objects.exists()

    def test_a_success_is_committed(self, api: Api, person_token: Tokens, company_id: UUID) -> None:
        answer = api(person_token(company_id=company_id)).post("/notes", {"text": "a"})
        assert answer.status_code == 201
        assert RevokedSession.objects.filter(pk=answer.json()["id"]).exists()

    def test_a_failure_says_the_request_id_and_nothing_of_the_inside(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        answer = client.post("/notes", {"text": "break"}, headers={"X-Request-ID": "test-request-1"})
        assert answer.json()["error"]["details"] == {"request_id": "test-request-1"}
        assert "on purpose" not in answer.content.decode()


@pytest.mark.usefixtures("db")
class TestAddresses:
    def test_one_slash_at_the_end_is_tolerated_and_two_are_not(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        assert client.get("/scope/").status_code == 200
        assert client.get("/scope//").status_code == 404

    def test_an_unknown_address_gets_the_error_envelope(self, api: Api) -> None:
        answer = api().get("/nowhere")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "NOT_FOUND"
        assert answer.json()["success"] is False
        assert answer.json()["timestamp"].endswith("Z")

    def test_an_unknown_host_gets_the_error_envelope(self, api: Api) -> None:
        answer = api().get("/health", headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert answer.json()["error"]["code"] == "MALFORMED_REQUEST"

    @pytest.mark.parametrize("thing_id", ["1", "-1", "0" * 40, "%00", "..%2f", "9" * 400])
    def test_an_id_that_is_none_is_not_found(
        self, api: Api, person_token: Tokens, company_id: UUID, thing_id: str
    ) -> None:
        answer = api(person_token(company_id=company_id)).get(f"/things/{thing_id}")
        assert answer.status_code == 404

    def test_the_root_links_to_what_stands_here(self, api: Api) -> None:
        stands_everywhere = {"docs", "schema", "health", "admin", "person-accesses"}
        assert set(api().get("/").json()["links"]) == stands_everywhere

    def test_answers_are_kept_in_no_cache(self, api: Api) -> None:
        assert api().get("/")["Cache-Control"] == "no-store"

    def test_a_person_is_answered_in_the_language_they_ask_for(
        self, api: Api, person_token: Tokens, company_id: UUID
    ) -> None:
        client = api(person_token(company_id=company_id))
        assert client.get("/scope", headers={"Accept-Language": "ar"})["Content-Language"] == "ar"
        assert client.get("/scope")["Content-Language"] == "en"
