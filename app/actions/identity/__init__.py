"""Who people are, how they prove it, and what they log in with."""

from app.actions.identity.endings import (
    end_everything,
    log_out,
    log_out_everywhere,
    remove_device,
    revoke_session,
)
from app.actions.identity.keys import create_api_key, revoke_api_key
from app.actions.identity.passwords import hash_password, verify_password
from app.actions.identity.profile import update_me, update_profile
from app.actions.identity.sessions import Login, log_in, refresh

__all__ = [
    "Login",
    "create_api_key",
    "end_everything",
    "hash_password",
    "log_in",
    "log_out",
    "log_out_everywhere",
    "refresh",
    "remove_device",
    "revoke_api_key",
    "revoke_session",
    "update_me",
    "update_profile",
    "verify_password",
]
