"""The documents a company writes, and what each target must know that no table of the batch tells."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from etl.settings.kinds import Part

Cell = Annotated[str, Field(pattern=r"^([^=+\-@|\s\x00-\x1f][^\x00-\x1f]*)?$")]   # stands in files: never a formula
GUSTO_COLUMNS = (
    *("last_name", "first_name", "title", "gusto_employee_id", "regular_hours", "overtime_hours"),
    *("double_overtime_hours", "missed_break_hours", "bonus", "commission", "paycheck_tips", "cash_tips"),
    *("correction_payment", "reimbursement", "personal_note"),
)
ADP_COLUMNS = ("Co Code", "Batch ID", "File #", "Reg Hours", "O/T Hours", "Hours 3 Code", "Hours 3 Amount")


class QuickBooksDesktop(Part):
    """What an IIF file must know of the company file.

    `payables_account`: its accounts payable, for bills; `item_account`: the income account of service items it makes.
    """

    company_name: Annotated[str, Field(min_length=1)]
    company_create_time: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
    transfer_to_payroll: bool
    payables_account: Annotated[str, Field(min_length=1)] = "Accounts Payable"
    receivable_account: Annotated[str, Field(min_length=1)] = "Accounts Receivable"
    item_account: str = ""


class QuickBooksOnline(Part):
    """What the books do with time activities and invoices.

    `transfer_to_payroll`: paychecks are made from them. `billable_time`: how time that is billed is marked: not
    billable (invoices come from elsewhere), already billed, or billable with its rate (the books make the invoice).
    `automated_sales_tax`: it bars the import of invoices; unknown counts as yes.
    """

    transfer_to_payroll: bool = False
    billable_time: Literal["not_billable", "has_been_billed", "billable"] = "not_billable"
    automated_sales_tax: Literal["yes", "no", "unknown"] = "unknown"


class Sage50(Part):
    """What Sage 50 does with time tickets.

    `billing_type`: the number its time ticket window gives the way of billing. `transfer_to_payroll`: employees are
    paid from them. `other_item`: the activity item of time without a service item, such as time held for costing.
    """

    billing_type: Annotated[int, Field(ge=1, le=4)]
    other_item: Cell = ""
    transfer_to_payroll: bool = False


class Gusto(Part):
    """`columns`: the first line of the template that Gusto offers this company, where it is another than the usual."""

    columns: Annotated[tuple[Cell, ...], Field(min_length=2)] = GUSTO_COLUMNS


class Adp(Part):
    """ADP's company code, and the first line of the client's own import template where it is another."""

    company_code: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,3}$")]
    columns: tuple[Cell, ...] = ADP_COLUMNS

    @model_validator(mode="after")
    def _begins_as_every_template(self) -> Self:
        if self.columns[:3] != ADP_COLUMNS[:3]:
            raise ValueError(f"the first three columns of an ADP template are {', '.join(ADP_COLUMNS[:3])}")
        return self


class Paychex(Part):
    """The client id that Paychex gave the company."""

    client_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,8}$")]


class Xero(Part):
    """What Xero's files must know of the organisation.

    `date_format`: its own setting, under which every date of a file is read. `tax_rate`: the display name of the rate
    on lines without tax, `tax_type` its name in the API. `tracking_job` and `tracking_class`: the tracking categories
    that carry jobs and classes; without one that dimension is lost in Xero.
    """

    date_format: Literal["DD/MM/YYYY", "MM/DD/YYYY"] | None = None
    tax_rate: Cell = ""
    tax_type: Cell = "NONE"
    tracking_job: Cell = ""
    tracking_class: Cell = ""


class Targets(Part):
    """The documents to write, and what each target needs to know."""

    documents: tuple[str, ...]
    quickbooks_desktop: QuickBooksDesktop | None = None
    gusto: Gusto = Gusto()
    adp: Adp | None = None
    paychex: Paychex | None = None
    xero: Xero = Xero()
    quickbooks_online: QuickBooksOnline = QuickBooksOnline()
    sage50: Sage50 | None = None
