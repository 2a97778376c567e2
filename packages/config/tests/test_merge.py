"""Values laid over values, held against a plain model: the values at every path."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from cordio_config import merged

_LEAVES = st.one_of(st.integers(), st.text(max_size=3), st.none(), st.lists(st.integers(), max_size=2))
_TREES = st.recursive(
    st.dictionaries(st.sampled_from("abc"), _LEAVES, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), st.one_of(_LEAVES, inner), max_size=3),
    max_leaves=12,
)
Tree = dict[str, object]


def _model(below: object, above: object) -> object:
    if not isinstance(below, dict) or not isinstance(above, dict):
        return above
    keys = [*below, *(key for key in above if key not in below)]
    return {
        key: _model(below[key], above[key]) if key in below and key in above else {**below, **above}[key]
        for key in keys
    }


@given(_TREES, _TREES)
def test_objects_merge_by_key_and_everything_else_is_replaced(below: Tree, above: Tree) -> None:
    kept = deepcopy((below, above))
    found = merged(below, above)
    assert found == _model(below, above)
    assert (below, above) == kept
    assert found is not below and found is not above


@given(_TREES, _TREES, _TREES)
def test_what_lies_on_top_counts_as_if_the_lower_two_were_laid_on_each_other_first(
    low: Tree, middle: Tree, top: Tree
) -> None:
    assert merged(merged(low, middle), top) == _model(_model(low, middle), top)


@given(_TREES)
def test_nothing_changes_nothing(tree: Tree) -> None:
    assert merged(tree, {}) == merged({}, tree) == merged(tree, tree) == tree


@given(_TREES, _TREES)
def test_each_value_that_is_replaced_is_told(below: Tree, above: Tree) -> None:
    told: list[tuple[str | int, ...]] = []
    merged(below, above, told.append)
    assert sorted(map(str, told)) == sorted(map(str, _replaced(below, above)))


def _replaced(below: Tree, above: Tree, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key in below.keys() & above.keys():
        low, high = below[key], above[key]
        both = isinstance(low, dict) and isinstance(high, dict)
        found += _replaced(low, high, (*path, key)) if both else [(*path, key)]  # type: ignore[arg-type]
    return found
