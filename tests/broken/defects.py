"""Single defects of patient tables: what is changed in a sound trial, and the code that must say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

D = "data/"
X = "external/other/"


@dataclass(frozen=True)
class Defect:
    """One change to the trial of `factory.good_trial`.

    ``edit`` is ``(file, old, new)``: ``old`` must be there once; or a function of the trial folder. ``exit`` is what
    `onearm check` must return: 1 when the defect blocks.
    """

    name: str
    code: str
    exit: int
    edit: tuple[str, str, str] | Callable[[Path], object]

    def apply(self, folder: Path) -> None:
        """Put the defect into a folder."""
        if not isinstance(self.edit, tuple):
            self.edit(folder)
            return
        file, old, new = self.edit
        text = (folder / file).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise AssertionError(f"{self.name}: {old!r} is {text.count(old)} times in {file}")
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def _rename(old: str, new: str) -> Callable[[Path], object]:
    return lambda folder: (folder / old).rename(folder / new)


def _delete(file: str) -> Callable[[Path], object]:
    return lambda folder: (folder / file).unlink()


def _write(file: str, content: bytes) -> Callable[[Path], object]:
    return lambda folder: (folder / file).write_bytes(content)


def _bytes(file: str, old: bytes, new: bytes) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        content = (folder / file).read_bytes()
        assert old in content
        (folder / file).write_bytes(content.replace(old, new))

    return edit


def _append(file: str, row: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as out:
            out.write(row + "\n")

    return edit


def _header_only(file: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        (folder / file).write_text((folder / file).read_text().split("\n")[0] + "\n")

    return edit


def _drop_column(file: str, column: str) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        frame = pl.read_csv(folder / file, infer_schema=False)
        frame.drop(column).write_csv(folder / file)

    return edit


def _set_column(file: str, column: str, values: list[str]) -> Callable[[Path], object]:
    def edit(folder: Path) -> None:
        frame = pl.read_csv(folder / file, infer_schema=False)
        frame.with_columns(pl.Series(column, values)).write_csv(folder / file)

    return edit


def _both_kinds(folder: Path) -> None:
    pl.read_csv(folder / "data/doses.csv", infer_schema=False).write_parquet(folder / "data/doses.parquet")


def _lists(folder: Path) -> None:
    frame = pl.read_csv(folder / "data/doses.csv", infer_schema=False)
    (folder / "data/doses.csv").unlink()
    lots = pl.Series("lots", [["a"]] * frame.height)
    frame.with_columns(lots).write_parquet(folder / "data/doses.parquet")


def _link(folder: Path) -> None:
    outside = folder.parent / f"{folder.name}-outside.csv"
    (folder / "data/doses.csv").rename(outside)
    (folder / "data/doses.csv").symlink_to(outside)


def _no_folder(folder: Path) -> None:
    (folder / "external/other").rename(folder / "external/another")


_BODY = "body: {height_cm: height, weight_kg: weight}\n"


def _plan(line: str) -> Callable[[Path], object]:
    """A version with one regimen, of which no row of `doses` knows the drug."""

    def edit(folder: Path) -> None:
        path = folder / "protocol.yaml"
        text = path.read_text(encoding="utf-8").replace(
            "  vincristine: {}\n", "  vincristine: {}\n  dexamethasone: {}\n"
        )
        text = text.replace("versions:\n", f"regimens: {{r: {{cycle_days: 21, treatment: [{line}]}}}}\nversions:\n")
        text = text.replace("{from: {patient: 1}}", "{from: {patient: 1}, courses: [{regimen: r, cycles: 1-4}]}")
        path.write_text(text, encoding="utf-8")

    return edit


def _weighed(change: tuple[str, str]) -> Callable[[Path], object]:
    """Another weight under treatment, in a protocol that doses by weight."""

    def edit(folder: Path) -> None:
        path, labs = folder / "protocol.yaml", folder / LABS
        path.write_text(
            path.read_text(encoding="utf-8").replace("versions:\n", f"{_BODY}versions:\n"), encoding="utf-8"
        )
        text = labs.read_text(encoding="utf-8")
        assert text.count(change[0]) == 1
        labs.write_text(text.replace(*change), encoding="utf-8")

    return edit


S1 = "S01,1,main,2014-01-02,2014-01-04,62,female,60,160,80,3.5"
S2 = "S02,2,main,2014-01-20,2014-01-21,71,male,82.5,178,64,4.1"
S3 = "S03,3,main,2014-02-11,2014-02-11,66,female,55,158,90,3.9"
SUBJECTS, RESPONSES, EVENTS = D + "subjects.csv", D + "responses.csv", D + "adverse_events.csv"
LABS, CHANGES = D + "labs.csv", D + "changes.csv"
PROCEDURES, DOSES, FOLLOWUP = D + "procedures.csv", D + "doses.csv", D + "followup.csv"


def _s1(old: str, new: str) -> tuple[str, str, str]:
    return SUBJECTS, S1, S1.replace(old, new, 1)


_RELATED = "  toxicity: {estimator: adverse-events, emergent: none, related: only}\n"
_LISTING = "  itching: {estimator: event-listing, terms: [Pruritus]}\n"
_PERIOD = "  toxicity: {estimator: adverse-events, emergent: {until_days: 30}}\n"


def _two_classes(folder: Path) -> None:
    _append(EVENTS, "S05,nausea,2,2014-05-05,2014-05-06")(folder)
    _set_column(EVENTS, "soc", ["Blood", "Liver", "Infections", "Gut", "Other"])(folder)


def _period_without_doses(folder: Path) -> None:
    path = folder / "protocol.yaml"
    path.write_text(path.read_text().replace("external:\n  other:", _PERIOD + "external:\n  other:"))
    (folder / DOSES).unlink()


DEFECTS: tuple[Defect, ...] = (
    # files
    Defect("no-subjects", "D201", 1, _delete(SUBJECTS)),
    Defect("no-followup", "D201", 1, _delete(FOLLOWUP)),
    Defect("followup-misspelt", "D201", 1, _rename(FOLLOWUP, D + "folowup.csv")),
    Defect("no-external-folder", "D202", 1, _no_folder),
    Defect("csv-and-parquet", "D203", 1, _both_kinds),
    Defect("file-outside", "D204", 1, _link),
    Defect("folder-outside", "D204", 1, ("protocol.yaml", "folder: external/other", "folder: ../other")),
    Defect("extra-file", "D205", 0, _write(D + "vitals.csv", b"subject,test\n")),
    Defect("table-misspelt", "D205", 0, _rename(DOSES, D + "dose.csv")),
    Defect(
        "file-kind",
        "D206",
        1,
        ("protocol.yaml", "versions:", "data: {tables: {doses: {file: ../protocol.yaml}}}\nversions:"),
    ),
    Defect("empty-file", "D207", 1, _write(RESPONSES, b"")),
    Defect("only-newlines", "D207", 1, _write(SUBJECTS, b"\n\n \n")),
    Defect("subjects-header-only", "D208", 1, _header_only(SUBJECTS)),
    Defect("followup-header-only", "D208", 1, _header_only(FOLLOWUP)),
    Defect("latin-1", "D209", 1, _bytes(FOLLOWUP, b"infection", b"h\xe9morragie")),
    Defect("utf-16", "D209", 1, _write(DOSES, "subject,drug\n".encode("utf-16"))),
    Defect("excel-as-csv", "D209", 1, _write(DOSES, b"PK\x03\x04rest")),
    Defect("nul-byte", "D210", 1, _bytes(EVENTS, b"Sepsis", b"Sep\0sis")),
    Defect("too-many-fields", "D211", 1, (EVENTS, "S03,Sepsis,5", "S03,Sepsis, severe,5")),
    Defect("too-few-fields", "D211", 1, (PROCEDURES, "S01,ASCT,2014-06-20", "S01,ASCT")),
    Defect("ragged-with-quotes", "D211", 1, (EVENTS, "S03,Sepsis,5", 'S03,"Sepsis",severe,5')),
    Defect("header-twice", "D212", 1, (DOSES, "unit,date", "dose,date")),
    Defect("header-empty", "D212", 1, (DOSES, "unit,date", ",date")),
    Defect("open-quote", "D213", 1, (EVENTS, "S03,Sepsis", 'S03,"Sepsis')),
    Defect("text-after-quote", "D213", 1, (EVENTS, "S03,Sepsis", 'S03,"Sepsis"s')),
    Defect("semicolons", "D214", 1, _bytes(PROCEDURES, b",", b";")),
    Defect("tabs", "D214", 1, _bytes(PROCEDURES, b",", b"\t")),
    Defect(
        "broken-parquet",
        "D215",
        1,
        lambda f: (_delete(DOSES)(f), _write(D + "doses.parquet", b"PAR1 no PAR1")(f)),
    ),
    Defect(
        "named-file-missing",
        "D216",
        1,
        ("protocol.yaml", "versions:", "data: {tables: {doses: {file: given.csv}}}\nversions:"),
    ),
    Defect("blank-rows", "D217", 0, _append(DOSES, ",,,,,\n,,,,,")),
    Defect("no-responses", "D218", 1, _delete(RESPONSES)),
    Defect("no-adverse-events", "D218", 1, _delete(EVENTS)),
    Defect("no-procedures", "D218", 1, _delete(PROCEDURES)),
    Defect("parquet-list", "D219", 0, _lists),
    # columns and rows
    Defect("column-misspelt", "D220", 1, (RESPONSES, "subject,date,response", "subject,date,reponse")),
    Defect("covariate-missing", "D220", 1, _drop_column(SUBJECTS, "weight")),
    Defect("external-covariate-missing", "D220", 1, _drop_column(X + "subjects.csv", "age")),
    Defect("unknown-column", "D221", 0, (DOSES, "date,cycle", "date,cicle")),
    Defect("column-called-line", "D221", 0, (DOSES, "date,cycle", "date,line")),
    Defect(
        "one-column-for-two",
        "D227",
        1,
        ("protocol.yaml", "versions:", "data: {tables: {subjects: {columns: {age: number}}}}\nversions:"),
    ),
    Defect(
        "mapped-column-unknown",
        "D222",
        1,
        ("protocol.yaml", "versions:", "data: {tables: {doses: {columns: {dos: AMT}}}}\nversions:"),
    ),
    Defect("no-last-contact", "D223", 1, (FOLLOWUP, "S07,,,,2017-03-30", "S07,,,,")),
    Defect("no-number", "D223", 1, _s1("S01,1,", "S01,,")),
    Defect("no-subject", "D223", 1, (DOSES, "S03,vincristine", ",vincristine")),
    Defect("same-row-twice", "D224", 1, _append(PROCEDURES, "S07,asct,2014-09-01")),
    Defect("same-dose-twice", "D224", 0, _append(DOSES, "S03,vincristine,2,mg,2014-02-11,1")),
    Defect("external-covariate-unneeded", "D225", 0, _drop_column(X + "subjects.csv", "weight")),
    Defect("reserved-covariate", "D226", 1, ("protocol.yaml", "  albumin: {", "  treated: {")),
    Defect(
        "test-in-another-unit",
        "D228",
        1,
        (
            "protocol.yaml",
            "endpoints:\n",
            "endpoints:\n  bili: {estimator: waterfall, test: bilirubin, unit: umol/L, show: lowest, "
            "baseline: {days: [1, 1]}, until: relapse}\n",
        ),
    ),
    # subjects
    Defect("subject-twice", "D230", 1, (SUBJECTS, "S02,2,", "S01,2,")),
    Defect("number-twice", "D231", 1, (SUBJECTS, "S02,2,", "S02,1,")),
    Defect("followup-twice", "D232", 1, _append(FOLLOWUP, "S01,,,,2017-05-30")),
    Defect("unknown-subject", "D233", 1, (RESPONSES, "S03,2014-03-12", "S3,2014-03-12")),
    Defect("no-followup-row", "D234", 1, (FOLLOWUP, "S07,,,,2017-03-30\n", "")),
    Defect("number-gap", "D235", 0, (SUBJECTS, "S08,8,", "S08,11,")),
    Defect("unknown-cohort", "D236", 1, (SUBJECTS, "S05,5,second", "S05,5,secnd")),
    Defect("enrolment-order", "D237", 0, (SUBJECTS, "S02,2,main,2014-01-20", "S02,2,main,2013-12-20")),
    Defect("treated-before-enrolment", "D238", 1, _s1("2014-01-04", "2014-01-01")),
    Defect("never-assessed", "D239", 0, (RESPONSES, "S06,2014-06-05,PR,,,\n", "")),
    # time
    Defect("partial-date", "D240", 1, (FOLLOWUP, "S05,2014-12-01", "S05,2014-12")),
    Defect("partial-date-unknown", "D240", 1, (FOLLOWUP, "S05,2014-12-01", "S05,2014-UN-UN")),
    Defect("impossible-date", "D241", 1, (FOLLOWUP, "S05,2014-12-01", "S05,2014-02-30")),
    Defect("impossible-century", "D241", 1, (FOLLOWUP, "S05,2014-12-01", "S05,0214-12-01")),
    Defect("slashes", "D242", 1, (FOLLOWUP, "S05,2014-12-01", "S05,03/05/2014")),
    Defect("date-and-time", "D242", 1, (FOLLOWUP, "S05,2014-12-01", "S05,2014-12-01T08:00")),
    Defect("excel-serial", "D243", 1, (FOLLOWUP, "S05,2014-12-01", "S05,41974")),
    Defect("after-cutoff", "D244", 1, (FOLLOWUP, "2017-03-30", "2018-03-30")),
    Defect("day-is-date", "D245", 1, (X + "responses.csv", "E01,29,", "E01,2014-01-29,")),
    Defect("day-with-fraction", "D245", 1, (X + "responses.csv", "E01,29,", "E01,29.5,")),
    Defect("day-zero", "D246", 1, (X + "responses.csv", "E01,29,", "E01,0,")),
    Defect("no-treatment-start", "D247", 0, _drop_column(X + "subjects.csv", "treatment_start")),
    Defect("time-zero-not-day-1", "D248", 1, (X + "subjects.csv", "E01,1,", "E01,8,")),
    Defect("never-treated", "D249", 0, (SUBJECTS, "2014-06-10,2014-06-10", "2014-06-10,")),
    # numbers
    Defect("not-a-number", "D250", 1, _s1(",60,", ",sixty,")),
    Defect("not-available", "D250", 1, _s1(",60,", ",NA,")),
    Defect("infinite", "D250", 1, _s1(",60,", ",1e999,")),
    Defect("decimal-comma", "D251", 1, (SUBJECTS, ",82.5,", ',"82,5",')),
    Defect("implausible", "D252", 0, _s1(",62,", ",17,")),
    Defect("height-in-m", "D253", 1, _s1(",160,", ",1.60,")),
    Defect("height-in-inches", "D253", 1, _s1(",160,", ",63,")),
    Defect("weight-in-lb", "D253", 1, _s1(",60,", ",182,")),
    Defect("albumin-in-g-per-l", "D253", 1, _s1(",3.5", ",35")),
    Defect("blasts-as-fractions", "D253", 0, _set_column(SUBJECTS, "blasts", ["0.8", "0.64"] * 4)),
    Defect("other-unit", "D254", 1, _set_column(SUBJECTS, "weight_unit", ["kg"] * 7 + ["lb"])),
    Defect("covariate-empty", "D255", 0, _s1(",3.5", ",")),
    Defect("number-not-whole", "D256", 1, _s1("S01,1,", "S01,1.5,")),
    Defect("number-enormous", "D256", 1, _s1("S01,1,", "S01,99999999999999999999999999,")),
    Defect("cycle-zero", "D256", 1, (DOSES, "2014-02-11,1", "2014-02-11,0")),
    # codes
    Defect("unknown-response", "D260", 1, (RESPONSES, "S05,2014-05-01,CRi", "S05,2014-05-01,CRI")),
    Defect("unknown-mrd", "D260", 1, (RESPONSES, "CRp,positive", "CRp,pos")),
    Defect("unknown-level", "D261", 1, _s1("female", "F")),
    Defect("grade-6", "D262", 1, (EVENTS, "Nausea,1", "Nausea,6")),
    Defect("grade-in-words", "D262", 1, (EVENTS, "Nausea,1", "Nausea,mild")),
    Defect("unknown-drug", "D263", 1, (DOSES, "S03,vincristine", "S03,vincristin")),
    Defect("dose-unit", "D264", 1, (DOSES, "2,mg,2014-02-11", "2,mg/m2,2014-02-11")),
    Defect("dose-zero", "D265", 1, (DOSES, "2,mg,2014-02-11", "0,mg,2014-02-11")),
    Defect("unknown-procedure", "D266", 0, (PROCEDURES, "S01,ASCT", "S01,ASC")),
    Defect("term-misspelt", "D267", 0, (EVENTS, "Veno-occlusive disease", "Veno-occlusive diseas")),
    Defect("term-nowhere", "D268", 0, (EVENTS, "Veno-occlusive disease", "Liver trouble")),
    Defect("grade-unknown", "D273", 0, (EVENTS, "Nausea,1", "Nausea,unknown")),
    Defect("class-missing", "D269", 0, _set_column(EVENTS, "soc", ["Blood", "Liver", "Infections", ""])),
    Defect("term-in-two-classes", "D279", 0, _two_classes),
    Defect("relation-in-words", "D260", 1, _set_column(EVENTS, "related", ["yes", "no", "likely", ""])),
    Defect("relation-not-there", "D220", 1, ("protocol.yaml", "external:\n  other:", _RELATED + "external:\n  other:")),
    Defect("period-without-doses", "D218", 1, _period_without_doses),
    Defect("listing-of-nothing", "D268", 0, ("protocol.yaml", "external:\n  other:", _LISTING + "external:\n  other:")),
    # MRD
    Defect("mrd-in-percent", "D270", 1, (RESPONSES, "positive,0.002,", "positive,2,")),
    Defect("mrd-limit-zero", "D270", 1, (RESPONSES, "0.002,0.0001", "0.002,0")),
    Defect("mrd-contradiction", "D271", 1, (RESPONSES, "negative,0.00001", "negative,0.001")),
    Defect("mrd-no-limit", "D272", 0, (RESPONSES, "negative,,0.0001", "negative,,")),
    # order of events
    Defect("response-after-death", "D280", 1, (RESPONSES, "S03,2014-03-12", "S03,2014-06-12")),
    Defect("event-after-death", "D280", 1, (EVENTS, "5,2014-05-02,2014-05-04", "5,2014-05-05,2014-05-06")),
    Defect("procedure-after-death", "D280", 1, _append(PROCEDURES, "S03,ASCT,2014-06-01")),
    Defect("dose-after-death", "D280", 1, (DOSES, "mg,2014-02-11", "mg,2014-05-11")),
    Defect("relapse-after-death", "D280", 1, (FOLLOWUP, "S02,2015-01-10", "S02,2015-08-02")),
    Defect("contact-after-death", "D280", 1, (FOLLOWUP, "leukaemia,2015-08-01", "leukaemia,2016-08-01")),
    Defect("relapse-without-response", "D281", 1, (FOLLOWUP, "S03,,2014-05", "S03,2014-05-02,2014-05")),
    Defect("relapse-after-partial-response", "D281", 0, (FOLLOWUP, "S06,,2014", "S06,2014-09-01,2014")),
    Defect("relapse-before-response", "D282", 1, (FOLLOWUP, "S05,2014-12-01", "S05,2014-04-28")),
    Defect("response-before-treatment", "D283", 1, (RESPONSES, "S06,2014-06-05", "S06,2014-05-05")),
    Defect("dose-before-treatment", "D283", 1, (DOSES, "mg,2014-02-11", "mg,2014-02-10")),
    Defect("death-before-treatment", "D283", 1, (FOLLOWUP, "S03,,2014-05-04", "S03,,2014-01-04")),
    Defect("not-emergent", "D284", 0, (EVENTS, "Nausea,1,2014-04-05", "Nausea,1,2014-04-01")),
    Defect("end-before-start", "D285", 1, (EVENTS, "2014-01-12,2014-01-19", "2014-01-12,2014-01-09")),
    Defect("contact-before-death", "D286", 1, (FOLLOWUP, "infection,2014-05-04", "infection,2014-05-03")),
    Defect(
        "contact-before-relapse", "D286", 1, (FOLLOWUP, "S05,2014-12-01,,,2017-04-11", "S05,2014-12-01,,,2014-11-30")
    ),
    Defect("event-after-contact", "D287", 0, (FOLLOWUP, "S07,,,,2017-03-30", "S07,,,,2014-08-30")),
    Defect("death-without-cause", "D288", 0, (FOLLOWUP, "2014-05-04,infection", "2014-05-04,")),
    Defect("cause-without-death", "D289", 0, (FOLLOWUP, "S07,,,,", "S07,,,leukaemia,")),
    Defect("fatal-but-alive", "D290", 0, (EVENTS, "Nausea,1", "Nausea,5")),
    Defect("dose-never-treated", "D291", 1, _append(DOSES, "S08,vincristine,2,mg,2014-07-20,1")),
    # treatment
    Defect("change-without-cycle", "D292", 1, (CHANGES, "delay,2,,,7", "delay,,,,7")),
    Defect("delay-without-days", "D292", 1, (CHANGES, "delay,2,,,7", "delay,2,,,")),
    Defect("start-without-cycle", "D292", 1, (CHANGES, "delay,2,,,7", "start,,,,")),
    Defect("omit-without-cycle", "D292", 1, (CHANGES, "delay,2,,,7", "omit,,,vincristine,")),
    Defect("reduce-without-drug", "D292", 1, (CHANGES, "vincristine,50", ",50")),
    Defect("move-to-no-version", "D292", 1, (CHANGES, "delay,2,,,7", "version,,,,")),
    Defect("override-without-limit", "D292", 1, (CHANGES, "delay,2,,,7", "override,,,vincristine,")),
    Defect("reduce-to-nothing", "D293", 1, (CHANGES, "vincristine,50", "vincristine,0")),
    Defect("reduce-to-more", "D293", 1, (CHANGES, "vincristine,50", "vincristine,120")),
    Defect("reduce-by-a-fraction-of-words", "D293", 1, (CHANGES, "vincristine,50", "vincristine,half")),
    Defect("delay-backwards", "D293", 1, (CHANGES, "delay,2,,,7", "delay,2,,,-7")),
    Defect("move-to-unknown-version", "D293", 1, (CHANGES, "delay,2,,,7", "version,,,,v3")),
    Defect("override-of-another-limit", "D293", 1, (CHANGES, "delay,2,,,7", "override,,,vincristine,cycle")),
    Defect("unknown-change", "D260", 1, (CHANGES, "delay,2,,,7", "delya,2,,,7")),
    Defect("change-of-unknown-drug", "D263", 1, (CHANGES, "vincristine,50", "vinkristine,50")),
    Defect("change-without-reason", "D223", 1, (CHANGES, "vincristine,50,neuropathy", "vincristine,50,")),
    Defect("change-of-cycle-zero", "D256", 1, (CHANGES, "delay,2,,,7", "delay,0,,,7")),
    Defect("weight-in-pounds", "D294", 1, (LABS, "weight,71.5,kg", "weight,157.6,lb")),
    Defect("measured-below-zero", "D294", 1, (LABS, "platelets,45", "platelets,-45")),
    Defect("upper-limit-zero", "D294", 1, (LABS, "1.4,mg/dL,1.2", "1.4,mg/dL,0")),
    Defect("two-weights-a-day", "D299", 1, _append(LABS, "S01,2014-02-01,weight,61,kg,\nS01,2014-02-01,weight,66,kg,")),
    Defect("one-drug-delayed", "D298", 1, _append(CHANGES, "S02,2014-02-10,delay,2,,vincristine,3,neuropathy")),
    Defect("two-reductions", "D296", 1, _append(CHANGES, "S02,2014-02-10,reduce,,,vincristine,75,neuropathy")),
    Defect("held-and-resumed", "D296", 1, _append(CHANGES, "S01,2014-02-02,hold,,,,,a\nS01,2014-02-02,resume,,,,,b")),
    Defect("two-starts", "D296", 1, _append(CHANGES, "S01,2014-02-02,start,2,,,,a\nS01,2014-02-03,start,2,,,,b")),
    Defect("two-moves", "D296", 1, _append(CHANGES, "S01,2014-02-02,version,,,,v1,a\nS01,2014-02-02,version,,,,v2,b")),
    Defect("planned-and-never-given", "D297", 0, _plan("dexamethasone 20 mg PO on day 1")),
    Defect("reduce-to-a-share-of-one", "D293", 1, (CHANGES, "vincristine,50", "vincristine,0.75")),
    Defect("weight-beyond-its-range", "D252", 0, _weighed(("weight,71.5,kg", "weight,39,kg"))),
    Defect("weight-of-labs-in-pounds", "D253", 1, _weighed(("weight,71.5,kg", "weight,182,kg"))),
)
