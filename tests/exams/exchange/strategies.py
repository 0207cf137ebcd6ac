"""Items of every kind, as a bank may hold them: for reading back what was written."""

import string

from hypothesis import strategies as st

from exams.exchange.reading import LETTERS, FoundItem, squeeze, tidy

HAN = "社会工作者服务对象需要评估计划介入小组个案区民政下列说法正确的是不关于应当可以"
TRICKY = HAN + string.ascii_letters + string.digits + " ~=#{}:\\->*%&<>\"'@+|→（）()[]【】.、，。：√×_/;$!\n"
CALM = HAN + "，。"


def texts(alphabet: str, *, longest: int = 24, lines: bool = True) -> st.SearchStrategy[str]:
    letters = alphabet if lines else alphabet.replace("\n", "")
    return st.text(letters, min_size=1, max_size=longest).map(tidy).filter(lambda text: bool(squeeze(text)))


def different(alphabet: str, least: int, most: int, *, lines: bool = True) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts(alphabet, longest=14, lines=lines), min_size=least, max_size=most, unique_by=squeeze).map(tuple)


@st.composite
def items(draw: st.DrawFn, kinds: list[str], alphabet: str, *, extras: bool = True, in_case: bool = False) -> FoundItem:
    kind = draw(st.sampled_from(kinds))
    made: dict[str, object] = {"stem": draw(texts(alphabet))}
    if extras and not in_case:
        made["explanation"] = draw(st.one_of(st.just(""), texts(alphabet)))
        made["chapter"] = draw(st.one_of(st.just(""), texts(HAN)))
    if kind in {"single", "multiple"}:
        made["options"] = draw(different(alphabet, 4, 6))
        letters = LETTERS[: len(made["options"])]
        size = 1 if kind == "single" else draw(st.integers(2, len(letters) - 1))
        made["keys"] = frozenset(draw(st.permutations(letters))[:size])
    elif kind == "true_false":
        made["options"], made["keys"] = ("正确", "错误"), frozenset(draw(st.sampled_from("AB")))
    elif kind == "matching":
        sides = draw(different(alphabet, 5, 9, lines=False))
        pairs = draw(st.integers(2, len(sides) // 2))
        made["pairs"] = tuple(zip(sides[:pairs], sides[pairs : 2 * pairs], strict=True))
        made["distractors"] = sides[2 * pairs :]
    elif kind == "ordering":
        made["options"] = draw(different(alphabet, 3, 8))
    elif kind == "short_answer":
        made["answers"] = draw(different(alphabet, 1, 3, lines=False))
    elif kind == "numeric":
        number = st.decimals(-(10**6), 10**6, allow_nan=False, places=2).map(lambda value: f"{value:f}")
        made["answers"] = (draw(number),)
        made["tolerance"] = draw(st.one_of(st.just(""), st.integers(1, 99).map(lambda n: f"0.{n:02d}")))
    elif kind == "essay":
        points = st.tuples(texts(alphabet, longest=14, lines=False), st.integers(1, 40).map(lambda n: n * 50))
        made["marking"] = tuple(draw(st.lists(points, min_size=1, max_size=4)))
    elif kind == "case":
        below = [name for name in kinds if name not in {"case", "essay"}]
        part = items(kinds=below, alphabet=alphabet, extras=extras, in_case=True)
        made["parts"] = tuple(draw(st.lists(part, min_size=1, max_size=3)))
        shown = st.tuples(texts(HAN), texts(alphabet))
        made["exhibits"] = tuple(draw(st.lists(shown, max_size=2)))
    if extras and kind not in {"essay", "case"}:
        made["points"] = draw(st.sampled_from([50, 100, 200, 350]))
    return FoundItem(place=0, kind=kind, **made)
