"""Contexts one over the other say the same whether they are merged at once or looked through late."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tools.priority.iam.aws.context import Context, Layers

KEYS = ("aws:a", "aws:b", "tag/x", "tag/y")
contexts = st.builds(
    Context,
    st.dictionaries(st.sampled_from(KEYS), st.tuples(st.sampled_from("12"))),
    st.frozensets(st.sampled_from(KEYS)),
    st.sampled_from(((), ("tag/",))),
)


@given(contexts, contexts, contexts)
def test_layers_answer_as_merged_contexts_do(one: Context, two: Context, three: Context) -> None:
    merged = one.over(two).over(three)
    late = Layers(lambda: one, lambda: two, lambda: three)
    assert [late.get(key) for key in KEYS] == [merged.get(key) for key in KEYS]


def test_nothing_is_made_before_a_key_is_asked_for() -> None:
    made: list[str] = []

    def make() -> Context:
        made.append("made")
        return Context.of({"aws:a": "1"})

    layers = Layers(make)
    assert made == []
    assert layers.get("aws:a") == ("1",)
    assert layers.get("aws:b") is None
    assert made == ["made"]
