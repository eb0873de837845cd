"""Who people are, how they prove it, and what they log in with."""

from app.actions.identity.endings import (
    end_everything,
    log_out,
    log_out_everywhere,
    remove_device,
    revoke_session,
)
from app.actions.identity.keys import create_api_key, revoke_api_key
from app.actions.identity.new_passwords import change_password, reset_password
from app.actions.identity.passwords import check_password, hash_password, verify_password
from app.actions.identity.profile import update_me, update_profile
from app.actions.identity.registration import (
    redeem_magic_link,
    register,
    request_magic_link,
    request_password_reset,
)
from app.actions.identity.sessions import Login, log_in, refresh

__all__ = [
    "Login",
    "change_password",
    "check_password",
    "create_api_key",
    "end_everything",
    "hash_password",
    "log_in",
    "log_out",
    "log_out_everywhere",
    "redeem_magic_link",
    "refresh",
    "register",
    "remove_device",
    "request_magic_link",
    "request_password_reset",
    "reset_password",
    "revoke_api_key",
    "revoke_session",
    "update_me",
    "update_profile",
    "verify_password",
]
