from app.directory.names import words_of
from app.directory.search import MOST_TERMS, terms_of


def words(typed: str, **more: bool) -> list[list[list[str]]]:
    return [[[w.word for w in spelling] for spelling in term] for term in terms_of(typed, **more)]


def test_every_word_is_a_term_and_pieces_are_looked_for_joined_too() -> None:
    assert words("انجمن ياوران") == [[["انجمن"]], [["یاوران"]]]
    assert words("نیکو‌کاران") == [[["نیکو", "کاران"], ["نیکوکاران"]]]
    assert words("گروه های مهر") == [[["گروه", "های"], ["گروههای"]], [["مهر"]]]
    assert words("می روند") == [[["می", "روند"], ["میروند"]]]
    assert words(" ،! ") == words("") == []


def test_a_number_is_looked_for_whole_however_it_is_written() -> None:
    for typed in ("09121234567", "۰۹۱۲ ۱۲۳ ۴۵۶۷", "+98 912 123-4567", "989121234567"):
        (((wanted,),),) = terms_of(typed)
        assert (wanted.word, wanted.whole) == ("989121234567", True)


def test_the_beginning_of_a_number_finds_it_only_for_those_who_see_numbers() -> None:
    (((seen,),),) = terms_of("0912123")
    (((hidden,),),) = terms_of("0912123", sees_numbers=False)
    (((code,),),) = terms_of("1234", sees_numbers=False)
    assert (seen.word, seen.whole) == ("98912123", False)
    assert (hidden.word, hidden.whole) == ("98912123", True)
    assert not code.whole


def test_there_are_bounds() -> None:
    assert len(terms_of(" ".join(f"w{n}" for n in range(99)))) == MOST_TERMS
    assert all(len(word) <= 64 for word in words_of("x" * 500))
    assert len(words_of(" ".join(f"w{n}" for n in range(999)))) <= 32


def test_what_is_said_joined_or_apart_is_kept_both_ways() -> None:
    assert words_of("گروه‌های نیکو") >= {"گروه", "های", "گروههای", "نیکو"}
    assert "گروههای" in words_of("گروه های نیکو")
    assert "هاینیکو" not in words_of("گروه های نیکو")
