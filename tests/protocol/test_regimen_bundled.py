"""The bundled protocol's regimens print back to what they say."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from onearm.io.protocol import read_protocol
from onearm.protocol.regimen import dose_text, parse_dose


def test_every_line_prints_back(bundled: Path) -> None:
    protocol = read_protocol(bundled).protocol
    assert protocol is not None
    written = YAML(typ="safe", pure=True).load(bundled / "protocol.yaml")["regimens"]
    lines = 0
    for name, doses in protocol.regimens.items():
        for said, dose in zip(written[name], doses, strict=True):
            assert parse_dose(dose_text(dose)) == dose
            assert dose_text(dose) == said
            lines += 1
    assert lines >= 15


def test_each_version_governs_whom_it_should(bundled: Path) -> None:
    protocol = read_protocol(bundled).protocol
    assert protocol is not None
    fractionated = protocol.versions["fractionated"]
    assert [fractionated.governs(n, "first-relapse", None) for n in (38, 39)] == [False, True]
    assert fractionated.because
