"""The old application's tables and columns, and what becomes of each table."""

from typing import Final

TABLES: Final[dict[str, frozenset[str]]] = {
    table: frozenset(columns.split())
    for table, columns in {
        "users": """id email first_name last_name password profile_image_url role company_id permissions
            is_active email_verified email_verification_token email_verification_expires
            password_reset_token password_reset_expires last_password_change last_login_at sub claims
            created_at updated_at""",
        "companies": """id name commercial_file_number commercial_file_name commercial_file_status
            establishment_date commercial_registration_number classification department file_type
            legal_entity ownership_category logo_url address phone email website total_employees
            total_licenses is_active industry_type business_activity location tax_number chambers
            partnerships import_export_license special_permits created_at updated_at""",
        "company_users": "id company_id user_id role permissions created_at updated_at",
        "employees": """id company_id license_id first_name last_name arabic_name english_name
            passport_number civil_id nationality date_of_birth gender marital_status employee_type status
            position department hire_date salary phone email address emergency_contact emergency_phone
            photo_url documents skills notes full_name job_title residence_number residence_expiry
            medical_insurance bank_account work_permit_start work_permit_end is_archived archive_reason
            created_at updated_at""",
        "licenses": """id company_id name type number status issue_date expiry_date issuing_authority
            location description documents is_active created_at updated_at""",
        "employee_leaves": """id employee_id type status start_date end_date days reason approved_by
            approved_at rejection_reason created_at updated_at""",
        "employee_deductions": "id employee_id type amount reason date status processed_by created_at",
        "employee_violations": "id employee_id type description date reported_by severity created_at",
        "documents": """id entity_id entity_type name type file_name file_url file_size mime_type
            description tags uploaded_by is_active created_at updated_at""",
        "notifications": "id user_id company_id type title message data is_read created_at",
        "refresh_tokens": """id user_id token_hash family_id created_at expires_at revoked_at replaced_by
            user_agent ip""",
        "sessions": "sid sess expire",
    }.items()
}

# Nobody is signed in by an import: these tables stay behind on purpose.
NOT_CARRIED: Final = frozenset({"sessions", "refresh_tokens"})

# Keys to accounts of the old application. They are worthless here and are not even kept in quarantine.
SECRETS: Final = frozenset({"email_verification_token", "password_reset_token"})

# What mapping a row asks the facts about, by the column that says of whom: the fate of the row depends on it.
REFERENCES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "users": {"id": ("users",), "company_id": ("companies",)},
    "companies": {},
    "company_users": {"company_id": ("companies",), "user_id": ("users",)},
    "employees": {"id": ("employees",), "company_id": ("companies",)},
    "licenses": {"company_id": ("companies",)},
    "employee_leaves": {"employee_id": ("employees",), "approved_by": ("users",)},
    "employee_deductions": {"employee_id": ("employees",), "processed_by": ("users",)},
    "employee_violations": {"employee_id": ("employees",), "reported_by": ("users",)},
    "documents": {
        "entity_id": ("employees", "companies", "licenses", "users"),
        "uploaded_by": ("users",),
    },
    "notifications": {"user_id": ("users",), "company_id": ("companies",)},
}
