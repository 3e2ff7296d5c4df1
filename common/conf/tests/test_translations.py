from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from common.conf.extraction import messages_in_code
from common.conf.translations import ROOT, check, update

HEADER = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : 4;\\n"
"""
WELCOME = '_("Welcome, %(name)s.")'
DAYS = 'ngettext("%(count)d day", "%(count)d days", count)'
Say = Callable[..., list[str]]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A repository without any sentence."""
    folder = tmp_path / "common" / "locale" / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(HEADER, encoding="utf-8")
    update(tmp_path)
    return tmp_path


@pytest.fixture
def say(house: Path) -> Callable[[str], list[str]]:
    """Write Python into the repository and bring its translations up to date."""

    def write(code: str) -> list[str]:
        (house / "common" / "greetings.py").write_text(code, encoding="utf-8")
        return update(house)

    return write


def po(house: Path) -> Path:
    return house / "common" / "locale" / "ar" / "LC_MESSAGES" / "django.po"


def translate(house: Path, *pairs: tuple[str, str]) -> None:
    text = po(house).read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    po(house).write_text(text, encoding="utf-8")


def only(house: Path, answer: str) -> None:
    """Translate the single sentence there is."""
    head, _empty, tail = po(house).read_text(encoding="utf-8").rpartition('msgstr ""')
    po(house).write_text(f'{head}msgstr "{answer}"{tail}', encoding="utf-8")


def test_every_sentence_of_this_repository_is_in_arabic() -> None:
    assert check() == []


def test_nothing_is_wrong_where_nothing_is_said(house: Path) -> None:
    assert check(house) == []


def test_a_sentence_that_is_new_in_the_code_is_reported_with_its_file(house: Path) -> None:
    (house / "common" / "greetings.py").write_text(WELCOME, encoding="utf-8")
    (problem,) = check(house)
    assert "“Welcome, %(name)s.” of common/greetings.py" in problem


def test_an_update_takes_the_sentence_in_and_reports_it_until_it_is_translated(house: Path, say: Say) -> None:
    assert say(WELCOME) == ["“Welcome, %(name)s.” is not translated."]
    only(house, "أهلًا %(name)s.")
    assert update(house) == []


def test_an_update_keeps_translations_and_drops_what_is_gone(house: Path, say: Say) -> None:
    say('_("Yes"), _("No")')
    translate(house, ('msgid "Yes"\nmsgstr ""', 'msgid "Yes"\nmsgstr "نعم"'))
    assert say('_("Yes"), _("Perhaps")') == ["“Perhaps” is not translated."]
    text = po(house).read_text(encoding="utf-8")
    assert 'msgstr "نعم"' in text
    assert '"No"' not in text


def test_an_update_without_changes_changes_nothing(house: Path, say: Say) -> None:
    say(WELCOME)
    before = po(house).read_bytes(), po(house).with_suffix(".mo").read_bytes()
    update(house)
    assert (po(house).read_bytes(), po(house).with_suffix(".mo").read_bytes()) == before


def test_a_sentence_that_is_gone_from_the_code_is_reported(house: Path, say: Say) -> None:
    say('_("Yes")')
    only(house, "نعم")
    update(house)
    (house / "common" / "greetings.py").unlink()
    (problem,) = check(house)
    assert "“Yes” is translated, but no longer in the code" in problem


def test_a_fuzzy_translation_is_reported(house: Path, say: Say) -> None:
    say('_("Yes")')
    only(house, "نعم")
    translate(house, ('msgid "Yes"', '#, fuzzy\nmsgid "Yes"'))
    assert "“Yes” has a translation that is marked as fuzzy." in check(house)


@pytest.mark.parametrize("answer", ["أهلًا.", "أهلًا %(nam)s.", "أهلًا %(name)s %s.", "أهلًا %(name)s {}."])
def test_other_placeholders_than_the_sentences_are_reported(house: Path, say: Say, answer: str) -> None:
    say(WELCOME)
    only(house, answer)
    assert "“Welcome, %(name)s.” has other placeholders in its translation." in check(house)


def forms(*texts: str) -> tuple[str, str]:
    empty = "".join(f'msgstr[{at}] ""\n' for at in range(6))
    return empty, "".join(f'msgstr[{at}] "{text}"\n' for at, text in enumerate(texts))


def test_the_forms_for_none_one_and_two_may_leave_the_number_out(house: Path, say: Say) -> None:
    assert say(DAYS) == ["“%(count)d day” is not translated."]
    translate(
        house, forms("لا يوم", "يوم واحد", "يومان", "%(count)d أيام", "%(count)d يومًا", "%(count)d يوم")
    )
    assert update(house) == []


@pytest.mark.parametrize("last", ["", "يوم"])
def test_a_form_that_is_missing_or_lacks_the_number_is_reported(house: Path, say: Say, last: str) -> None:
    say(DAYS)
    translate(house, forms("لا يوم", "يوم واحد", "يومان", "%(count)d أيام", "%(count)d يومًا", last))
    assert any(problem.startswith("“%(count)d day”") for problem in update(house))


@pytest.mark.parametrize("damage", [b"", b"\xde\x12\x04\x95", None])
def test_a_compiled_file_that_is_stale_or_broken_or_gone_is_reported(
    house: Path, say: Say, damage: bytes | None
) -> None:
    say('_("Yes")')
    only(house, "نعم")
    update(house)
    mo = po(house).with_suffix(".mo")
    if damage is None:
        mo.unlink()
    else:
        mo.write_bytes(damage)
    (problem,) = check(house)
    assert "django.mo is not the compilation of its .po file" in problem


def test_a_translation_that_was_changed_and_not_compiled_is_reported(house: Path, say: Say) -> None:
    say('_("Yes")')
    only(house, "نعم")
    update(house)
    translate(house, ("نعم", "أجل"))
    (problem,) = check(house)
    assert "django.mo is not the compilation" in problem


def test_a_missing_file_of_translations_is_reported(tmp_path: Path) -> None:
    assert check(tmp_path) == ["common/locale/ar/LC_MESSAGES/django.po is missing."]


def test_sentences_of_templates_are_found(house: Path) -> None:
    folder = house / "hr_service" / "people" / "templates"
    folder.mkdir(parents=True)
    (folder / "page.html").write_text(
        "{% load i18n %}\n<p>\n    {% translate 'Home' %} {{ _('Back')|upper }}\n"
        "  {% blocktranslate with name=x %}Hello {{ name }}{% endblocktranslate %}\n"
        "{% blocktranslate count n=many %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}\n"
        "{% translate 'read' context 'permission' %}</p>",
        encoding="utf-8",
    )
    found = {(message.context, message.id) for message in messages_in_code(house) if message.id}
    assert found == {
        (None, "Home"),
        (None, "Back"),
        (None, "Hello %(name)s"),
        (None, ("%(n)s row", "%(n)s rows")),
        ("permission", "read"),
    }


def test_tests_and_migrations_are_no_sources(house: Path) -> None:
    for folder in ("tests", "migrations", "testing"):
        (house / "common" / folder).mkdir()
        (house / "common" / folder / "said.py").write_text('_("Nobody reads this")', encoding="utf-8")
    assert check(house) == []


def test_the_plural_rule_is_djangos() -> None:
    """With another one Django would keep two catalogues beside each other."""
    import django

    theirs = Path(django.__file__).parent / "conf" / "locale" / "ar" / "LC_MESSAGES" / "django.po"
    with theirs.open("rb") as django_po, po(ROOT).open("rb") as ours:
        assert read_po(ours, "ar").plural_expr == read_po(django_po, "ar").plural_expr
