"""Who may see and change payments."""

from collections.abc import Mapping

from piccolo.table import Table

from app.bridge import Policy, Through
from app.policy.callers import ADMINS, ME, USERS
from app.policy.rules import change, create, policy, read
from app.tables import Payment, PaymentReport, PaymentTransaction

POLICIES: Mapping[type[Table], Policy] = {
    Payment: policy(
        read(USERS, Payment.user == ME),
        read(ADMINS, rows=True),
        create(
            USERS,
            Payment.user == ME,
            (
                Payment.user,
                Payment.amount,
                Payment.currency,
                Payment.type,
                Payment.description,
                Payment.metadata,
                Payment.idempotency_key,
            ),
        ),
        change(USERS, Payment.user == ME, (Payment.status,)),
        change(ADMINS, rows=True, columns=(Payment.status,)),
    ),
    PaymentTransaction: policy(read(USERS, Through(PaymentTransaction.payment))),
    PaymentReport: policy(read(ADMINS, rows=True)),
}
