"""How growth is judged, and the plots of it."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree

import pytest

import growth.subjects
from growth import plot
from growth.figure import Figure
from growth.fit import Point, exponent, is_too_steep, slope, tail
from growth.settings import Settings
from growth.subjects.batch import batch_request

SIZES = [1, 10, 100, 1000, 10_000]


def points(cost, sizes=SIZES) -> list[Point]:
    return [Point(size, cost(size)) for size in sizes]


@pytest.mark.parametrize("power", [0, 0.5, 1, 2, 3])
def test_the_exponent_of_a_power_is_that_power(power: float) -> None:
    assert slope(points(lambda size: 7 * size**power)) == pytest.approx(power)


def test_a_fixed_part_and_a_linear_one_are_linear() -> None:
    assert exponent(points(lambda size: 500 + 3 * size)) < 1.001


def test_a_fixed_part_does_not_hide_a_square() -> None:
    def cost(size: float) -> float:
        return 1000 + size * size / 10

    assert slope(points(cost)) < 2
    assert exponent(points(cost)) > 1.25
    assert is_too_steep(points(cost))


def test_sorting_is_not_worse_than_linear() -> None:
    assert not is_too_steep(points(lambda size: size * math.log(size), SIZES[1:]))


def test_one_size_says_nothing() -> None:
    assert exponent([Point(5, 1)]) == 0
    assert not is_too_steep([Point(5, 1)])


def test_the_tail_is_of_the_largest_sizes_in_any_order() -> None:
    assert [point.size for point in tail(points(float)[::-1])] == [100, 1000, 10_000]


def test_costs_of_nothing_are_not_taken() -> None:
    with pytest.raises(ValueError, match="above zero"):
        slope([Point(1, 0), Point(2, 1)])


def figure(is_share: bool, cost) -> Figure:
    made = Figure("calls", "Calls & <answers>", "calls", "µs", is_share=is_share)
    for size in SIZES:
        made.add(size, cost(size), more=1.0)
    return made


def test_a_share_that_stays_the_same_is_linear_in_all() -> None:
    assert figure(True, lambda _: 5).exponent == pytest.approx(1)
    assert not figure(True, lambda _: 5).is_too_steep
    assert figure(True, float).exponent == pytest.approx(2)
    assert figure(True, float).is_too_steep


def test_what_is_too_steep_is_a_target_that_was_missed() -> None:
    assert not figure(False, lambda size: size**2).section().verdicts[0].reached
    assert figure(False, float).section().verdicts[0].reached
    assert figure(False, float).section().rows[1] == ("10", "10.0", "1.00")


@pytest.mark.parametrize("cost", [float, lambda size: 3.0, lambda size: size**1.7 / 1e5])
def test_a_plot_is_sound_xml_with_a_mark_for_each_size_inside_its_frame(cost) -> None:
    root = ElementTree.fromstring(plot.svg(figure(False, cost)))
    circles = root.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == len(SIZES)
    for circle in circles:
        assert plot.LEFT <= float(circle.attrib["cx"]) <= plot.WIDTH - plot.RIGHT
        assert plot.TOP <= float(circle.attrib["cy"]) <= plot.HEIGHT - plot.BOTTOM
    assert "Calls & <answers>" in "".join(root.itertext())


def test_axes_of_less_than_a_decade_have_ticks_too() -> None:
    made = Figure("loops", "Loops", "loops", "µs")
    made.add(1, 3.0)
    made.add(2, 3.1)
    root = ElementTree.fromstring(plot.svg(made))
    assert len(root.findall("{http://www.w3.org/2000/svg}text")) > 6


def test_numbers_on_axes_are_short() -> None:
    assert [plot.label(value) for value in (0.01, 1, 200, 10_000, 4e6)] == [
        *["0.01", "1", "200", "10k", "4M"]
    ]


def test_larger_sizes_are_left_out_when_asked() -> None:
    settings = Settings(at_most={"connections": 100})
    assert settings.sizes("connections", [1, 100, 1000]) == [1, 100]
    assert settings.sizes("batch", [1, 1000]) == [1, 1000]


def test_every_question_has_a_name_for_the_command_line() -> None:
    wanted = {"loops", "connections", "artifacts", "message-size", "batch", "swap", "scrape"}
    assert set(growth.subjects.ALL) == wanted


def test_a_batch_has_as_many_values_as_it_says() -> None:
    pytest.importorskip("xgboost")
    assert len(batch_request(64)) > 64 * 30 * 4
