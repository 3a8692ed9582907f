"""The model of the CDISC Analysis Results Standard, version 1.0, as a JSON schema.

Written for these tests from the model's published definition (github.com/cdisc-org/analysis-results-standard, release
1.0, schema https://www.cdisc.org/ars/1-0): every class that a reporting event can hold, its attributes, their types,
which of them are required, and the terms of each enumeration. As there, no class may hold anything else. The
project's file itself is not copied here.
"""

from __future__ import annotations

from typing import Any

_CLASSES = """
ReportingEvent: id! name! version:int description label mainListOfContents!:ListOfContents
    otherListsOfContents:[ListOfContents] referenceDocuments:[ReferenceDocument]
    terminologyExtensions:[TerminologyExtension] analysisOutputCategorizations:[AnalysisOutputCategorization]
    analysisSets:[AnalysisSet] analysisGroupings:[SubjectGroupingFactor] dataSubsets:[DataSubset]
    dataGroupings:[DataGroupingFactor] globalDisplaySections:[GlobalDisplaySection] analyses:[Analysis]
    methods:[AnalysisMethod] outputs:[Output]
ListOfContents: name! label description contentsList!:NestedList
NestedList: listItems:[OrderedListItem]
OrderedListItem: name! label description level!:int order!:int analysisId outputId sublist:NestedList
ReferenceDocument: id! name! label description location
TerminologyExtension: id! enumeration:ExtensibleTerminologyEnum sponsorTerms!:[SponsorTerm]
SponsorTerm: id! submissionValue! description
AnalysisOutputCategorization: id! label categories!:[AnalysisOutputCategory]
AnalysisOutputCategory: id! label subCategorizations:[AnalysisOutputCategorization]
AnalysisSet: id! label level!:int order!:int condition:WhereClauseCondition compoundExpression:CompoundSetExpression
DataSubset: id! label level!:int order!:int condition:WhereClauseCondition compoundExpression:CompoundSubsetExpression
SubjectGroupingFactor: id! label groupingDataset groupingVariable dataDriven!:bool groups:[AnalysisGroup]
DataGroupingFactor: id! label groupingDataset groupingVariable dataDriven!:bool groups:[DataGroup]
AnalysisGroup: id! label level!:int order!:int condition:WhereClauseCondition compoundExpression:CompoundGroupExpression
DataGroup: id! label level!:int order!:int condition:WhereClauseCondition compoundExpression:CompoundGroupExpression
WhereClauseCondition: dataset variable comparator:ConditionComparatorEnum value:[str]
CompoundSetExpression: logicalOperator!:ExpressionLogicalOperatorEnum whereClauses:[str]
CompoundGroupExpression: logicalOperator!:ExpressionLogicalOperatorEnum whereClauses:[str]
CompoundSubsetExpression: logicalOperator!:ExpressionLogicalOperatorEnum whereClauses:[WhereClause]
WhereClause: level!:int order!:int condition:WhereClauseCondition compoundExpression:CompoundSubsetExpression
GlobalDisplaySection: sectionType:DisplaySectionTypeEnum subSections:[DisplaySubSection]
DisplaySubSection: id! text!
Analysis: id! name! version:int description label reason!:AnalysisReason|SponsorReason
    purpose!:AnalysisPurpose|SponsorPurpose documentRefs:[DocumentReference] categoryIds:[str] analysisSetId dataset
    variable dataSubsetId orderedGroupings:[OrderedGroupingFactor] methodId!
    referencedAnalysisOperations:[ReferencedAnalysisOperation] programmingCode:AnalysisOutputProgrammingCode
    results:[OperationResult]
AnalysisReason: controlledTerm!:AnalysisReasonEnum sponsorTermId
SponsorReason: controlledTerm sponsorTermId!
AnalysisPurpose: controlledTerm!:AnalysisPurposeEnum sponsorTermId
SponsorPurpose: controlledTerm sponsorTermId!
OrderedGroupingFactor: order!:int groupingId! resultsByGroup!:bool
ReferencedAnalysisOperation: referencedOperationRelationshipId! analysisId!
OperationResult: operationId! resultGroups:[ResultGroup] rawValue formattedValue
ResultGroup: groupingId! groupId groupValue
AnalysisMethod: id! name! label description documentRefs:[DocumentReference] operations!:[Operation]
    codeTemplate:AnalysisProgrammingCodeTemplate
Operation: id! name! label description order!:int referencedOperationRelationships:[ReferencedOperationRelationship]
    resultPattern
ReferencedOperationRelationship: id! referencedOperationRole!:OperationRole|SponsorRole operationId! analysisId
    description
OperationRole: controlledTerm!:OperationRoleEnum sponsorTermId
SponsorRole: controlledTerm sponsorTermId!
AnalysisProgrammingCodeTemplate: context! code documentRef:DocumentReference parameters:[TemplateCodeParameter]
TemplateCodeParameter: name! label description valueSource value:[str]
AnalysisOutputProgrammingCode: context! code documentRef:DocumentReference parameters:[AnalysisOutputCodeParameter]
AnalysisOutputCodeParameter: name! label description value!:[str]
Output: id! name! version:int description label documentRefs:[DocumentReference] fileSpecifications:[OutputFile]
    displays!:[OrderedDisplay] categoryIds:[str] programmingCode:AnalysisOutputProgrammingCode
OutputFile: name! label description fileType:OutputFileType|SponsorFileType location style
OutputFileType: controlledTerm!:OutputFileTypeEnum sponsorTermId
SponsorFileType: controlledTerm sponsorTermId!
OrderedDisplay: order!:int display!:OutputDisplay
OutputDisplay: id! name! version:int description label displayTitle displaySections:[DisplaySection]
DisplaySection: sectionType:DisplaySectionTypeEnum orderedSubSections:[OrderedSubSection|OrderedSubSectionRef]
OrderedSubSection: order!:int subSection!:DisplaySubSection subSectionId
OrderedSubSectionRef: order!:int subSection:DisplaySubSection subSectionId!
DocumentReference: referenceDocumentId! pageRefs:[PageRef]
PageRef: refType! label pageNumbers:[int] firstPage:int lastPage:int pageNames:[str]
"""

_TERMS = {
    "AnalysisReasonEnum": (
        "SPECIFIED IN PROTOCOL",
        "SPECIFIED IN SAP",
        "DATA DRIVEN",
        "REQUESTED BY REGULATORY AGENCY",
    ),
    "AnalysisPurposeEnum": (
        "PRIMARY OUTCOME MEASURE",
        "SECONDARY OUTCOME MEASURE",
        "EXPLORATORY OUTCOME MEASURE",
    ),
    "OperationRoleEnum": ("NUMERATOR", "DENOMINATOR"),
    "OutputFileTypeEnum": ("pdf", "rtf", "txt"),
    "ExtensibleTerminologyEnum": (
        "AnalysisReasonEnum",
        "AnalysisPurposeEnum",
        "OperationRoleEnum",
        "OutputFileTypeEnum",
    ),
    "DisplaySectionTypeEnum": ("Header", "Title", "Rowlabel Header", "Legend", "Abbreviation", "Footnote", "Footer"),
    "ConditionComparatorEnum": ("EQ", "NE", "GT", "GE", "LT", "LE", "IN", "NOTIN"),
    "ExpressionLogicalOperatorEnum": ("AND", "OR", "NOT"),
}

_PLAIN = {"str": "string", "int": "integer", "bool": "boolean"}


def schema() -> dict[str, Any]:
    """The JSON schema (draft 7) of a reporting event."""
    classes: dict[str, list[str]] = {}
    for line in _CLASSES.strip().splitlines():
        name, colon, rest = line.partition(": ")
        if not line.startswith(" "):
            assert colon
            classes[name] = rest.split()
        else:
            classes[list(classes)[-1]] += line.split()
    definitions: dict[str, Any] = {name: _class(attributes) for name, attributes in classes.items()}
    definitions |= {name: {"type": "string", "enum": list(terms)} for name, terms in _TERMS.items()}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$ref": "#/$defs/ReportingEvent",
        "$defs": definitions,
    }


def _class(attributes: list[str]) -> dict[str, Any]:
    found, required = {}, []
    for attribute in attributes:
        name, _, kind = attribute.partition(":")
        found[name.rstrip("!")] = _type(kind or "str")
        if name.endswith("!"):
            required.append(name[:-1])
    return {"type": "object", "additionalProperties": False, "properties": found, "required": required}


def _type(kind: str) -> dict[str, Any]:
    if kind.startswith("["):
        return {"type": "array", "items": _type(kind[1:-1])}
    if "|" in kind:
        return {"anyOf": [_type(k) for k in kind.split("|")]}
    return {"type": _PLAIN[kind]} if kind in _PLAIN else {"$ref": f"#/$defs/{kind}"}
