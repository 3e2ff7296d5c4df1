"""The wording every company starts with: one kind of notice each, in both languages.

What a mail says can be read on its way and on a locked screen, so where a notice is about money the mail only
says that there is one (``mail_ar``, ``mail_en``).
"""

from dataclasses import dataclass

from notification_service.notifications.choices import Channel

DEFAULT_CHANNELS = (Channel.IN_APP, Channel.EMAIL)


@dataclass(frozen=True)
class Wording:
    """Subject and content of one kind of notice."""

    subject_ar: str
    subject_en: str
    content_ar: str
    content_en: str
    mail_ar: str = ""
    mail_en: str = ""

    def content(self, channel: str) -> tuple[str, str]:
        """The content for ``channel`` in Arabic and English."""
        if channel == Channel.EMAIL and self.mail_ar:
            return self.mail_ar, self.mail_en
        return self.content_ar, self.content_en


WORDINGS: dict[str, Wording] = {
    "welcome": Wording(
        "أهلاً بك في {{ company }}",
        "Welcome to {{ company }}",
        "أهلاً {{ name }}،\nيسعدنا انضمامك إلى {{ company }} في وظيفة {{ position }} ابتداءً من {{ hire_date }}.",
        "Dear {{ name }},\nwe are glad that you join {{ company }} as {{ position }} from {{ hire_date }}.",
    ),
    "employee_transferred": Wording(
        "نقلك إلى قسم {{ to_department }}",
        "You move to {{ to_department }}",
        "تم نقلك من قسم {{ from_department }} إلى قسم {{ to_department }}.",
        "You were transferred from {{ from_department }} to {{ to_department }}.",
    ),
    "leave_requested": Wording(
        "طلب إجازة من {{ employee }}",
        "{{ employee }} asks for leave",
        "يطلب {{ employee }} إجازة ({{ leave_type }}) من {{ start_date }} إلى {{ end_date }}، أيام العمل: {{ days }}."
        "\nالطلب بانتظار قرارك.",
        "{{ employee }} asks for leave ({{ leave_type }}) from {{ start_date }} to {{ end_date }}, working days: "
        "{{ days }}.\nThe request waits for your decision.",
    ),
    "leave_approved": Wording(
        "تمت الموافقة على إجازتك",
        "Your leave was approved",
        "تمت الموافقة على إجازتك ({{ leave_type }}) من {{ start_date }} إلى {{ end_date }}، أيام العمل: {{ days }}.",
        "Your leave ({{ leave_type }}) from {{ start_date }} to {{ end_date }} was approved, working days: {{ days }}.",
    ),
    "leave_rejected": Wording(
        "لم تتم الموافقة على إجازتك",
        "Your leave was not approved",
        "لم تتم الموافقة على إجازتك ({{ leave_type }}) من {{ start_date }} إلى {{ end_date }}.\nالسبب: {{ reason }}",
        "Your leave ({{ leave_type }}) from {{ start_date }} to {{ end_date }} was not approved.\nReason: {{ reason }}",
    ),
    "deduction_created": Wording(
        "خصم جديد على راتبك",
        "A deduction from your pay",
        "سُجّل خصم ({{ deduction_type }}) بمبلغ {{ amount }} د.ك ابتداءً من {{ effective_date }}.",
        "A deduction ({{ deduction_type }}) of KWD {{ amount }} takes effect on {{ effective_date }}.",
        "سُجّل خصم ({{ deduction_type }}) ابتداءً من {{ effective_date }}. تجد التفاصيل في النظام.",
        "A deduction ({{ deduction_type }}) takes effect on {{ effective_date }}. You find the details in the system.",
    ),
    "deduction_updated": Wording(
        "تغيير في خصم على راتبك",
        "A deduction from your pay changed",
        "تغيّر الخصم ({{ deduction_type }}): المبلغ {{ amount }} د.ك "
        "ابتداءً من {{ effective_date }}، الحالة: {{ status }}.",
        "The deduction ({{ deduction_type }}) changed: KWD {{ amount }} from "
        "{{ effective_date }}, status: {{ status }}.",
        "تغيّر الخصم ({{ deduction_type }}). تجد التفاصيل في النظام.",
        "The deduction ({{ deduction_type }}) changed. You find the details in the system.",
    ),
    "violation_recorded": Wording(
        "سُجّلت مخالفة بحقك",
        "A violation was recorded",
        "سُجّلت بحقك مخالفة بتاريخ {{ occurred_on }}. تجد التفاصيل في النظام.",
        "A violation on {{ occurred_on }} was recorded. You find the details in the system.",
    ),
    "review_submitted": Wording(
        "تقييم أدائك جاهز",
        "Your performance review is ready",
        "يمكنك الآن الاطلاع على تقييم أدائك للفترة من {{ period_start }} إلى {{ period_end }}.",
        "You can now read your performance review for {{ period_start }} to {{ period_end }}.",
    ),
    "license_expiring": Wording(
        "ترخيص {{ number }} ينتهي بعد {{ days_left }} يوماً",
        "Licence {{ number }} ends in {{ days_left }} days",
        "ينتهي ترخيص {{ name }} رقم {{ number }} لشركة {{ company }} في {{ expires_on }} (بعد {{ days_left }} يوماً).",
        "The licence {{ name }}, number {{ number }}, of {{ company }} ends on {{ expires_on }} "
        "(in {{ days_left }} days).",
    ),
    "license_expired": Wording(
        "انتهى ترخيص {{ number }}",
        "Licence {{ number }} has expired",
        "انتهى ترخيص {{ name }} رقم {{ number }} لشركة {{ company }} في {{ expires_on }}.",
        "The licence {{ name }}, number {{ number }}, of {{ company }} expired on {{ expires_on }}.",
    ),
    "document_uploaded": Wording(
        "مستند جديد في ملفك",
        "A new document in your file",
        "أُضيف إلى ملفك مستند: {{ title }} ({{ document_type }}).",
        "A document was added to your file: {{ title }} ({{ document_type }}).",
    ),
    "document_expiring": Wording(
        "مستند لك ينتهي بعد {{ days_left }} يوماً",
        "A document of yours ends in {{ days_left }} days",
        "ينتهي مستندك {{ title }} ({{ document_type }}) في {{ expires_on }} (بعد {{ days_left }} يوماً). يرجى تجديده.",
        "Your document {{ title }} ({{ document_type }}) ends on {{ expires_on }} (in {{ days_left }} days). "
        "Please renew it.",
    ),
    "document_expired": Wording(
        "انتهى مستند لك",
        "A document of yours has expired",
        "انتهى مستندك {{ title }} ({{ document_type }}) في {{ expires_on }}. يرجى تجديده.",
        "Your document {{ title }} ({{ document_type }}) expired on {{ expires_on }}. Please renew it.",
    ),
    "staff_document_expiring": Wording(
        "مستند {{ employee }} ينتهي بعد {{ days_left }} يوماً",
        "A document of {{ employee }} ends in {{ days_left }} days",
        "ينتهي مستند {{ title }} ({{ document_type }}) الخاص بـ {{ employee }} في {{ expires_on }} "
        "(بعد {{ days_left }} يوماً).",
        "The document {{ title }} ({{ document_type }}) of {{ employee }} ends on {{ expires_on }} "
        "(in {{ days_left }} days).",
    ),
    "staff_document_expired": Wording(
        "انتهى مستند {{ employee }}",
        "A document of {{ employee }} has expired",
        "انتهى مستند {{ title }} ({{ document_type }}) الخاص بـ {{ employee }} في {{ expires_on }}.",
        "The document {{ title }} ({{ document_type }}) of {{ employee }} expired on {{ expires_on }}.",
    ),
    "report_ready": Wording(
        "تقريرك جاهز",
        "Your report is ready",
        "التقرير الذي طلبته ({{ kind }}) جاهز للتنزيل، عدد الصفوف: {{ rows }}.",
        "The report you asked for ({{ kind }}) can be downloaded, rows: {{ rows }}.",
    ),
}

EXAMPLES: dict[str, str] = {
    "name": "سارة الأحمد",
    "employee": "سارة الأحمد",
    "company": "شركة اللؤلؤة",
    "position": "محاسبة",
    "hire_date": "22/11/2026",
    "from_department": "المبيعات",
    "to_department": "المالية",
    "leave_type": "سنوية",
    "start_date": "01/12/2026",
    "end_date": "07/12/2026",
    "days": "5",
    "reason": "ضغط العمل",
    "deduction_type": "تأخير",
    "amount": "12.500",
    "effective_date": "01/12/2026",
    "status": "ساري",
    "occurred_on": "22/11/2026",
    "period_start": "01/01/2026",
    "period_end": "30/06/2026",
    "number": "CR-1001",
    "days_left": "30",
    "expires_on": "22/12/2026",
    "title": "جواز السفر",
    "document_type": "جواز سفر",
    "kind": "headcount",
    "rows": "120",
}
"""What a preview shows for a variable."""
