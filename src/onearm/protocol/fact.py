"""Facts: what may be true of one patient, with every rule that people differ on named.

Each clause says in ``rules`` which rules and defaults are in force; they are printed with the results.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from onearm.protocol.base import Part, Words


class ResponseScale(Part):
    """The response categories, best first, and which of them are a response.

    Where a row could be called CRp or CRi, the earlier in ``order`` counts.
    """

    order: tuple[str, ...] = ("CR", "CRp", "CRi", "PR", "NR")
    responders: tuple[str, ...] = ("CR", "CRp", "CRi")
    not_evaluable: str = "NE"

    @property
    def legend(self) -> str:
        """What the usual abbreviations among the categories stand for."""
        known = [f"{c}: {_CATEGORIES[c]}" for c in self.order if c in _CATEGORIES]
        return "; ".join([*known, f"{self.not_evaluable}: not evaluable for response"])

    @property
    def progressive(self) -> bool:
        """Whether disease may be stable or progress (SD, PD): the column `relapse` then holds progression too.

        Examples
        --------
        >>> ResponseScale().progressive, ResponseScale(order=("CR", "PR", "SD", "PD")).progressive
        (False, True)
        """
        return bool({"SD", "PD"} & set(self.order))

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        return (
            *(
                (
                    "Relapse means progression too: the response categories have stable or progressive disease; PD "
                    "found on its day counts.",
                )
                if self.progressive
                else ()
            ),
            f"Response categories, best first: {', '.join(self.order)}; an overlap counts as the earlier one.",
            f"{self.legend}.",
            f"Responders: best overall response {', '.join(self.responders)}.",
        )


_CATEGORIES = {
    "CR": "complete response",
    "CRp": "complete response without platelet recovery",
    "CRi": "complete response with incomplete recovery of counts",
    "PR": "partial response",
    "NR": "no response",
    "SD": "stable disease",
    "PD": "progressive disease",
}


class BestResponse(Part):
    """The best response at any assessment.

    ``until: relapse`` ignores assessments on or after relapse; ``death`` counts all.
    """

    kind: Literal["best-response"]
    label: str = ""
    until: Literal["relapse", "death"] = "relapse"

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        end = "before relapse" if self.until == "relapse" else "until death"
        return (f"best of all assessments {end}; no evaluable assessment counts as not evaluable",)


class Response(Part):
    """Whether the best response is one of the categories named (the responders when none is named)."""

    kind: Literal["response"]
    label: str = ""
    any_of: tuple[str, ...] = ()
    until: Literal["relapse", "death"] = "relapse"

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        what = f"best response {', '.join(self.any_of)}" if self.any_of else "best response is a response"
        return (f"{what}; assessments {'before relapse' if self.until == 'relapse' else 'until death'}",)


class Mrd(Part):
    """Whether measurable residual disease became negative at the limit.

    ``count: best`` takes any assessment before relapse, ``first`` only the first one with an MRD result. A test
    counts as negative when it is called negative or its value is below ``limit``, and its own limit of detection is at
    most ``limit`` or not stated. ``untested`` patients are ``counted`` as not negative, or ``excluded``.
    """

    kind: Literal["mrd"]
    label: str = ""
    limit: Annotated[float, Field(gt=0, lt=1)]
    count: Literal["best", "first"] = "best"
    untested: Literal["counted", "excluded"] = "counted"

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        which = "any assessment before relapse" if self.count == "best" else "the first assessment with a result"
        rest = "untested patients counted as not negative" if self.untested == "counted" else "untested excluded"
        low = f"{self.limit:g}"
        return (
            f"MRD negative at {which}: called negative, or a value below {low}, by a test with a limit of at most "
            f"{low} (or an unstated one); {rest}",
        )


class Procedure(Part):
    """Whether a procedure was done, for instance allogeneic transplantation."""

    kind: Literal["procedure"]
    label: str = ""
    procedure: Words

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        return (f"{self.procedure} at any time",)


class AdverseEvent(Part):
    """Whether an adverse event of these terms and at least this grade occurred from time zero on."""

    kind: Literal["adverse-event"]
    label: str = ""
    terms: tuple[str, ...] = Field(min_length=1)
    min_grade: Annotated[int, Field(ge=1, le=5)] = 1

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        grade = "any grade" if self.min_grade == 1 else f"grade {self.min_grade} or higher"
        return (f"{' or '.join(self.terms)}, {grade}, on or after day 1",)


class Alive(Part):
    """Whether the patient was alive at last contact."""

    kind: Literal["alive"]
    label: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        return ("alive at last contact, which came after different times; the interval takes it as fixed",)


class InRemission(Part):
    """Whether a responder was alive and without relapse at last contact."""

    kind: Literal["in-remission"]
    label: str = ""

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        return (
            "responded, no relapse, alive at last contact, which came after different times; the interval takes it as "
            "fixed",
        )


EventName = Literal["relapse", "no-response", "death", "response"]


class TimeTo(Part):
    """Time from an origin to the first of some events, or to censoring.

    ``events`` and ``procedures`` (transplantation, say) both end the time; each is a cause of its own where causes
    compete, and on one day the first in that order counts. ``origin`` is ``time-zero``, ``enrolled`` or ``response``
    (first response; those without one are left out).
    ``no_response_at`` dates the event of a patient who never responded: ``first-assessment``, ``last-assessment``
    or ``time-zero``. ``never_evaluable`` says what a patient without any evaluable assessment has: ``no-event``
    (death and relapse still count) or ``no-response``, dated at an assessment that was made, else at time zero.
    ``censor_at`` lists procedures that end observation. Others are censored at last contact.
    """

    kind: Literal["time-to"]
    label: str = ""
    events: tuple[EventName, ...] = ()
    procedures: tuple[Words, ...] = ()
    origin: Literal["time-zero", "enrolled", "response"] = "time-zero"
    no_response_at: Literal["first-assessment", "last-assessment", "time-zero"] = "last-assessment"
    never_evaluable: Literal["no-event", "no-response"] = "no-event"
    censor_at: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _something_ends_it(self) -> TimeTo:
        if not self.causes:
            raise ValueError("a time needs something that ends it: name at least one of `events` or `procedures`")
        if len(set(self.causes)) != len(self.causes):
            raise ValueError("an event or procedure is named twice")
        return self

    @property
    def causes(self) -> tuple[str, ...]:
        """What may end the time, in the words of the results: events, then procedures."""
        return (*(e.replace("-", " ") for e in self.events), *self.procedures)

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules in force, in words."""
        origin = {"time-zero": "time zero", "enrolled": "enrolment", "response": "first response"}[self.origin]
        first = ", whichever is first" if len(self.causes) > 1 else ""
        said = [f"from {origin} to {' or '.join(self.causes)}{first}"]
        if "no-response" in self.events:
            dated = self.no_response_at.replace("-", " ")
            said.append(f"a patient with evaluable assessments and no response has the event at {dated}")
            unseen = {
                "no-event": "a patient without an evaluable assessment has no such event",
                "no-response": "a patient without an evaluable assessment counts as one without response",
            }
            said.append(unseen[self.never_evaluable])
        ended = "not censored at any procedure"
        if self.censor_at:
            ended = f"censored at {' or '.join(self.censor_at)}, an event on that day counting"
        said.append(f"{ended}; without an event censored at last contact; both end days counted")
        return ("; ".join(said),)


Fact = Annotated[
    BestResponse | Response | Mrd | Procedure | AdverseEvent | Alive | InRemission | TimeTo,
    Field(discriminator="kind"),
]
"""Any fact clause; ``kind`` says which."""

CATEGORY_KINDS = frozenset({"best-response"})
TIME_KINDS = frozenset({"time-to"})
YES_NO_KINDS = frozenset({"response", "mrd", "procedure", "adverse-event", "alive", "in-remission"})
