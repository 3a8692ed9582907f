"""The protocol: one frozen document that says everything an analysis may depend on."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from onearm.protocol.base import Name, Part, Words
from onearm.protocol.body import Body
from onearm.protocol.borrowing import Borrowing
from onearm.protocol.comparison import Comparison, External
from onearm.protocol.drug import Drug
from onearm.protocol.endpoint import Endpoint
from onearm.protocol.fact import Fact, ResponseScale
from onearm.protocol.modification import Modification
from onearm.protocol.monitoring import Rule
from onearm.protocol.population import Population
from onearm.protocol.published import Published
from onearm.protocol.regimen.regimen import RegimenField
from onearm.protocol.report import Report
from onearm.protocol.trial import Covariate, Data, TrialInfo
from onearm.protocol.version import Version
from onearm.protocol.visit import Deviations, Is, Subject, Visit


class Protocol(Part):
    """A trial's protocol as `onearm` reads it from ``protocol.yaml``.

    Every name used in one part must be defined in another; `onearm.protocol.check.check` says where not.

    Examples
    --------
    >>> from onearm.protocol import Protocol
    >>> p = Protocol.model_validate({"onearm": 1, "trial": {"id": "t1", "title": "A trial", "arm": "Drug A"}})
    >>> p.trial.time_zero
    'treatment_start'
    """

    onearm: Literal[1]
    trial: TrialInfo
    assumptions: tuple[Words, ...] = ()
    data: Data = Data()
    cohorts: dict[Name, Words] = Field(default_factory=dict)
    covariates: dict[Name, Covariate] = Field(default_factory=dict)
    body: Body | None = None
    drugs: dict[Name, Drug] = Field(default_factory=dict)
    regimens: dict[Name, RegimenField] = Field(default_factory=dict)
    conditions: dict[Subject, Name | Is] = Field(default_factory=dict)
    versions: dict[Name, Version] = Field(default_factory=dict)
    visits: dict[Name, Visit] = Field(default_factory=dict)
    deviations: Deviations | None = None
    modifications: dict[Name, Modification] = Field(default_factory=dict)
    response: ResponseScale = ResponseScale()
    populations: dict[Name, Population] = Field(default_factory=dict)
    facts: dict[Name, Fact] = Field(default_factory=dict)
    endpoints: dict[Name, Endpoint] = Field(default_factory=dict)
    monitoring: dict[Name, Rule] = Field(default_factory=dict)
    external: dict[Name, External] = Field(default_factory=dict)
    comparisons: dict[Name, Comparison] = Field(default_factory=dict)
    published: dict[Name, Published] = Field(default_factory=dict)
    borrowing: dict[Name, Borrowing] = Field(default_factory=dict)
    report: Report = Report()

    def drug_key(self, name: str) -> str | None:
        """The key under ``drugs`` of a drug that a dose line or a table calls by key or label, in any case.

        Examples
        --------
        >>> from onearm.protocol import Protocol
        >>> p = Protocol.model_validate({"onearm": 1, "trial": {"id": "t1", "title": "A trial", "arm": "Drug A"},
        ...     "drugs": {"ino": {"label": "inotuzumab ozogamicin"}}})
        >>> p.drug_key("Inotuzumab ozogamicin"), p.drug_key("ino"), p.drug_key("inot")
        ('ino', 'ino', None)
        """
        plain = name.casefold()
        for key, drug in self.drugs.items():
            if plain in (key.casefold(), drug.label.casefold()):
                return key
        return None
