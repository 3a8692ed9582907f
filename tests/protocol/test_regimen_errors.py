"""Lines that are refused: each error points at the word and says what may stand there."""

import pytest

from onearm.protocol.regimen import RegimenSyntaxError, parse_dose

# line | column of the word, from 1 | part of the message
TABLE = """
 | 1 | expected a drug name
vincristine | 12 | expected an amount
vincristine 2 | 14 | expected a unit (mg, g, ug, units)
vincristine 2 mgg IV on day 1 | 15 | did you mean "mg"?
vincristine 2mg IV on day 1 | 13 | put a space between amount and unit: "2 mg"
vincristine 2.5mg/m2 IV on day 1 | 13 | put a space between amount and unit: "2.5
vincristine .5 mg IV on day 1 | 13 | write numbers as 0.5 or 1000, with a
vincristine 0,5 mg IV on day 1 | 13 | write numbers as 0.5 or 1000, with a
vincristine 1,000 mg IV on day 1 | 13 | write numbers as 0.5 or 1000, with a
vincristine -2 mg IV on day 1 | 13 | expected an amount
vincristine 0 mg IV on day 1 | 13 | this must be greater than 0
vincristine 0.0000001 mg IV on day 1 | 13 | this should have no more than 6 decimal
vincristine IV 2 mg on day 1 | 13 | this word has its own meaning and cannot be
vincristine on day 1 | 13 | this word has its own meaning and cannot be
2 mg vincristine on day 1 | 1 | expected a drug name
IV vincristine 2 mg on day 1 | 1 | this word has its own meaning and cannot be
vincristine 2 3 mg on day 1 | 15 | a number within a drug name needs a hyphen,
vincristine_x 2 mg on day 1 | 1 | a drug name has words of letters, digits
a / 2 mg on day 1 | 5 | expected a drug name
/ 2 mg on day 1 | 1 | expected a drug name
a / / b 2 mg on day 1 | 5 | expected a drug name
vincristine 2 IU IV on day 1 | 15 | did you mean "units"?
vincristine 2 mg/m3 IV on day 1 | 15 | did you mean "mg/m2"?
vincristine 2 mg/m² IV on day 1 | 15 | did you mean "mg/m2"?
vincristine 2 MG IV on day 1 | 15 | did you mean "mg"?
vincristine 2 mg iv on day 1 | 18 | did you mean "IV"?
vincristine 2 mg oral on day 1 | 18 | did you mean "PO"?
vincristine 2 mg IV | 20 | expected "over", a schedule or "on"
vincristine 2 mg IV day 1 | 21 | the order is: drug, amount, route
vincristine 2 mg IV on 1 | 24 | expected "day" or "days"
vincristine 2 mg IV on dayz 1 | 24 | did you mean "day"?
vincristine 2 mg IV on days | 28 | expected a whole number or a range such as
vincristine 2 mg IV on days 3-1 | 29 | a range runs upwards, such as "1-3"
vincristine 2 mg IV on days 3-3 | 29 | write "3"
vincristine 2 mg IV on days 0 | 29 | days are counted from 1
vincristine 2 mg IV on days 8, 1 | 32 | 8 was already given
vincristine 2 mg IV on days 1, 1 | 32 | 1 was already given
vincristine 2 mg IV on days 1-4, 4-6 | 34 | 4 was already given
vincristine 2 mg IV on days 1.5 | 29 | expected a whole number or a range such as
vincristine 2 mg IV on days 1–3 | 29 | did you mean "1-3"?
vincristine 2 mg IV on days 1 - 3 | 31 | expected ",", "of", "if", "cap" or the end
vincristine 2 mg IV on days 1 and 8 | 31 | expected ",", "of", "if", "cap" or the end
vincristine 2 mg IV on days 1, | 31 | expected a whole number or a range such as
vincristine 2 mg IV on days 1,,2 | 31 | expected a whole number or a range such as
vincristine 2 mg IV on days 1 8 | 31 | expected ",", "of", "if", "cap" or the end
vincristine 2 mg IV on days 1-900 | 29 | days go up to 400
vincristine 2 mg IV on days 99999999999 | 29 | days go up to 400
vincristine 2 mg IV on day 1 IV | 30 | the order is: drug, amount, route
vincristine 2 mg over 1 h IV on day 1 | 27 | the order is: drug, amount, route
vincristine 2 mg IV over 1 hour on day 1 | 28 | did you mean "h"?
vincristine 2 mg IV over 0.33 h on day 1 | 26 | the duration must be a whole number of
vincristine 2 mg IV over 0 h on day 1 | 26 | this must be greater than or equal to 1
vincristine 2 mg IV over h on day 1 | 26 | expected a number
vincristine 2 mg IV over 13 h every 12 h on day 1 | 26 | the infusion outlasts the 12 h to the next
vincristine 2 mg IV q12h on day 1 | 21 | did you mean "every 12 h"?
vincristine 2 mg IV every 12 hours on day 1 | 30 | did you mean "h"?
vincristine 2 mg IV every 0 h on day 1 | 27 | this must be greater than or equal to 1
vincristine 2 mg IV every 49 h on day 1 | 27 | this must be less than or equal to 48
vincristine 2 mg IV every 12.5 h on day 1 | 27 | the hours must be a whole number
vincristine 2 mg IV bid on day 1 | 21 | did you mean "twice daily"?
vincristine 2 mg IV twice on day 1 | 21 | did you mean "twice daily"?
vincristine 2 mg IV dayly on day 1 | 21 | did you mean "daily"?
vincristine 2 mg IV continuous on day 1 | 21 | continuous needs an amount per day, such as
carboplatin AUC 6 IV continuous on day 1 | 22 | an AUC cannot be given continuously
carboplatin AUC 6 mg on day 1 | 19 | expected a route (IV, PO, SC, IM, IT),
carboplatin AUC IV on day 1 | 17 | expected a number
carboplatin 6 AUC on day 1 | 15 | AUC comes before its number, such as AUC 6
carboplatin AUC 0 on day 1 | 17 | this must be greater than 0
blinatumomab 28 ug/day daily on days 1-28 | 24 | with a schedule, give the amount of each
blinatumomab 28 ug/day twice daily on days 1-28 | 24 | with a schedule, give the amount of each
blinatumomab 28 ug/day every 12 h on days 1-28 | 24 | with a schedule, give the amount of each
blinatumomab 28 ug/day over 24 h continuous on days 1-28 | 29 | leave out the duration
methotrexate 10 mg weekly on days 1-28 | 20 | list those days, such as 1, 8, 15
vincristine 2 mg on day 1 of cycle | 35 | expected a whole number or a range such as
vincristine 2 mg on day 1 of cycles 4-1 | 37 | a range runs upwards, such as "1-4"
vincristine 2 mg on day 1 of cycles 2, 2 | 40 | 2 was already given
vincristine 2 mg on day 1 of cycle 0 | 36 | cycles are counted from 1
vincristine 2 mg on day 1 of course 1 | 30 | expected "cycle" or "cycles"
vincristine 2 mg on day 1 if | 29 | expected "age", "CD20", "weight", "CNS
vincristine 2 mg on day 1 if sex male | 30 | expected "age", "CD20", "weight", "CNS
vincristine 2 mg on day 1 if age over 60 | 34 | expected "at least" or "below"
vincristine 2 mg on day 1 if age at 60 | 34 | did you mean "at least"?
vincristine 2 mg on day 1 if age >= 60 | 34 | did you mean "at least"?
vincristine 2 mg on day 1 if age at least 60.5 | 43 | an age is a whole number of years from 1 to
vincristine 2 mg on day 1 if age at least 600 | 43 | an age is a whole number of years from 1 to
vincristine 2 mg on day 1 if CD20 below 20% | 35 | CD20 is compared with "at least"
vincristine 2 mg on day 1 if CD20 at least 20 | 44 | write "20%"
vincristine 2 mg on day 1 if CD20 at least 20 % | 44 | write "20%"
vincristine 2 mg on day 1 if CD20 at least 120% | 44 | a percentage lies within 0 and 100
vincristine 2 mg on day 1 if CD22 at least 20% | 30 | expected "age", "CD20", "weight", "CNS
vincristine 2 mg on day 1 if weight below 45 | 45 | expected "kg"
vincristine 2 mg on day 1 if weight below 0 kg | 43 | a weight lies within 1 and 500 kg
vincristine 2 mg on day 1 if CNS | 30 | did you mean "CNS disease"?
vincristine 2 mg on day 1 if Ph-negative | 30 | expected "age", "CD20", "weight", "CNS
vincristine 2 mg on day 1 cap 2 mg | 27 | is /m2 or /kg missing?
vincristine 1.4 mg/m2 on day 1 cap 2 mg if age at least 60 | 41 | the order is: drug, amount, route
vincristine 1.4 mg/m2 on day 1 cap 2 | 37 | expected a unit (mg, g, ug, units)
vincristine 1.4 mg/m2 on day 1 cap 0 mg | 36 | this must be greater than 0
vincristine 1.4 mg/m2 on day 1 cap 2 mg/m2 | 38 | expected a unit (mg, g, ug, units)
vincristine 1.4 mg/m2 on day 1 cap 2 units | 38 | a cap in units does not fit an amount in mg
vincristine 1.4 mg/m2 on day 1 cap 2 mg/day | 38 | cap and amount must both be per day, or
vincristine 1.4 mg/m2 on day 1 max 2 mg | 32 | did you mean "cap"?
vincristine 2 mg on day 1 vincristine 3 mg on day 2 | 27 | expected ",", "of", "if", "cap" or the end
vincristine mg 2 mg on day 1 | 13 | this word has its own meaning and cannot be
vincristine mg/m2 2 mg on day 1 | 13 | this word has its own meaning and cannot be
vincristine 2 mg IV on day 1; 8 | 28 | expected a whole number or a range such as
interleukin 2 5 units SC on day 1 | 15 | a number within a drug name needs a hyphen,
cytarabine 1 g/m2 over on day 1 | 24 | expected a number
µcristine 2 mg on day 1 | 1 | a drug name has words of letters, digits
vincristine 12345678901234 mg on day 1 | 13 | this should have no more than 12 digits in
methotrexate 10 mg/day weekly on day 1 | 24 | with a schedule, give the amount of each
vincristine 2 mg Iv over 5 min on day 1 | 18 | did you mean "IV"?
vincristine 2 mg IV on day 1 of cycles 1-900 | 40 | cycles go up to 99
vincristine 2 mg IV on day 1 off cycle 1 | 30 | did you mean "of"?
vincristine 2 mg IV onn day 1 | 21 | did you mean "on"?
asparaginase 1000 units/m2 IM on day 1 cap 2 mg | 46 | a cap in mg does not fit an amount in units
vincristine 2 mg IV every on day 1 | 27 | expected a number
vincristine 2 mg/day/m2 IV on day 1 | 15 | did you mean "mg/m2/day"?
"""
CASES = [tuple(part.strip() for part in row.split("|")) for row in TABLE.strip("\n").splitlines()]


@pytest.mark.parametrize(("line", "column", "fragment"), CASES)
def test_refused_line(line: str, column: str, fragment: str) -> None:
    with pytest.raises(RegimenSyntaxError) as caught:
        parse_dose(line)
    error = caught.value
    message = str(error)
    assert (error.column, error.text) == (int(column), line)
    assert fragment in message
    place = f'"{error.word}"' if error.word else "end of line"
    assert message.startswith(f"{place} at column {column}: ")
    assert line[error.column - 1 :].startswith(error.word)


def test_parts_of_the_error() -> None:
    with pytest.raises(RegimenSyntaxError) as caught:
        parse_dose("vincristine 2 mgg IV on day 1")
    error = caught.value
    assert (error.column, error.word, error.near, error.hint) == (15, "mgg", "mg", None)
    assert error.expected == ("a unit (mg, g, ug, units)",)
    assert str(error) == '"mgg" at column 15: expected a unit (mg, g, ug, units); did you mean "mg"?'
    assert isinstance(error, ValueError)


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("MG", "mg"),
        ("microgram/kg", "ug/kg"),
        ("IU/m2", "units/m2"),
        ("mg/day/m2", "mg/m2/day"),
        ("zzzz", None),
    ],
)
def test_near_unit(word: str, near: str | None) -> None:
    with pytest.raises(RegimenSyntaxError) as caught:
        parse_dose(f"asparaginase 2 {word} on day 1")
    assert caught.value.near == near


def test_no_suggestion_turns_a_condition_into_another() -> None:
    for condition in ("Ph-negative", "CD22 at least 20%"):
        with pytest.raises(RegimenSyntaxError) as caught:
            parse_dose(f"imatinib 400 mg on day 1 if {condition}")
        assert caught.value.near is None


@pytest.mark.parametrize("part", ["1" * 5000 + " mg", "2 mg " * 1000])
def test_endless_lines_are_refused(part: str) -> None:
    with pytest.raises(RegimenSyntaxError, match="at most 4000 characters"):
        parse_dose(f"vincristine {part} on day 1")
