"""The words a practice company is made of. All names are invented; addresses end in .example, which nobody can own."""

from __future__ import annotations

GIVEN = (
    "Marguerite", "Noémi", "Caleb", "Ife", "Ruth", "Desmond", "Hana", "Lorcan", "Sunniva", "Teo", "Bettina", "Kwame",
    "Odalys", "Piers", "Yusra", "Anselm", "Clio", "Dov", "Esperanza", "Fenwick", "Gudrun", "Hollis", "Ingeborg",
    "Jolyon", "Kezia", "Leopold", "Maelle", "Nikhil", "Ottilie", "Percival", "Quentin", "Rosalind", "Søren", "Tamsin",
    "Ulric", "Viveka", "Wendell", "Ximena", "Yorick", "Zoë", "Ambrose", "Brannoc", "Cosima", "Delphine", "Eluned",
    "Florian", "Giselle", "Hamish", "Isolde", "Jarek", "Katinka", "Lysander", "Mirela", "Nerys", "Orla", "Phaedra",
    "Rufus", "Sigrid", "Thaddeus", "Una", "Valentin", "Wilhelmina", "Yolanda", "Zacharias",
)
FAMILY = (
    "Adair", "Varga", "Thornquist", "Balewa", "Castellane", "Peel", "Okonjo", "Whitby", "Marsh", "Brandvold",
    "Fehrholt", "Oseille", "Amberley", "Brackwater", "Corvane", "Dunmarrow", "Ellerby", "Farrowgate", "Greaveson",
    "Hartsholm", "Ironside", "Jessamy", "Kittering", "Larkspur", "Mallowfield", "Nettlebank", "Ormerod", "Pellinore",
    "Quillfeather", "Rainsford", "Saltmarsh", "Tolliver", "Underhay", "Vantongeren", "Wexcombe", "Yarrowby",
    "Zellweger-Holm", "Ashdown", "Birkenfeld", "Coldharbour", "Drinkwater", "Eastlake", "Fairweather", "Goldspink",
    "Hollowell", "Inglenook", "Jorvik", "Kestrelman", "Longstaff", "Merriweather", "Northolt", "Oakenshaw",
    "Pettibone", "Quarterman", "Ravenscar", "Silverthorne", "Tarrantino", "Umberfield", "Vosgerau", "Winterbourne",
    "Yeoward", "Zimmerling", "Lindqvist-Rhodes", "Hazelhurst",
)
CLIENTS = (
    "Tidewell Ferries", "Quillbrook Press", "Ember & Oat Bakeries", "Juniper Gulch Transit", "Larch Hollow Schools",
    "Copperline Tramways", "Mossgate Clinics", "Hartley Loom Works", "Bluefen Water Trust", "Saddleback Outfitters",
    "Pinwheel Toy Library", "Gantry Row Brewing", "Osprey Point Museum", "Thistledown Hotels", "Kettle & Vane Theater",
    "Wrenfield Orchards", "Stonecrop Nurseries", "Marlowe Street Cinema", "Northlight Observatory", "Fernwick Cycles",
)
EURO_CLIENTS = ("Fährhaus Lindwerder", "Café Morgenrot")
YEN_CLIENTS = ("Minatogawa Books", "Hoshizora Railways")
JOBS = (
    "Website", "Timetable App", "Signage", "Catalog", "Annual Report", "Booking System", "Ticket Hall", "Intranet",
    "Rider Survey", "Brand Refresh", "Kiosk Screens", "Data Warehouse", "Newsletter", "Loyalty Program", "Audio Guide",
    "Visitor Map", "Spring Campaign", "Accessibility Audit", "Menu Boards", "Stock Ledger", "Open Day", "Photo Archive",
)
WORK = {  # what a note says, by the tracker's task
    "Development": ("API for the search", "Tests for the fare table", "Sync with the till", "Review of the branch",
                    "Cache of the map tiles", "Import of old orders", "Login by link", "Release notes"),
    "Design": ("Layout of the print edition", "Icons, second round", "Handover sheet", "Color proof", "Type on screens",
               "Sketches for the lobby"),
    "UX Research": ("Recruiting riders", "Interviews, afternoon", "Survey wording", "Notes from the test"),
    "Project Management": ("Weekly call", "Plan for the next sprint", "Scope of the winter term", "Budget check"),
    "Install": ("Mounting the screens", "Cabling the hall", "Acceptance with the foreman", "Van and tools"),
    "Admin": ("Stand-up", "Mail", "Hiring interview", "Expenses and filing"),
}
