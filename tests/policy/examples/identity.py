"""Examples of the mutations about accounts, logins and keys."""

from datetime import UTC, datetime, timedelta

from app.tables.identifiers import LINK_TOKEN, REFRESH_TOKEN, hash_token, new_token
from app.tables.identity import MagicLinkPurpose, User
from seeds import identity
from seeds.identity import DEMO_HASH, DEMO_PASSWORD
from seeds.upsert import save
from tests.graphql import global_id
from tests.policy.examples.register import Variables, example
from tests.policy.world import World

PASSWORD = "a password of the tests"


async def with_password(world: World) -> User:
    """Somebody who is not in the world otherwise, with the password of the demo users."""
    user = identity.user(password_hash=DEMO_HASH)
    await save(user)
    return user


async def link_to(user: User, purpose: MagicLinkPurpose) -> str:
    """The token of a link that was sent to a user."""
    token = new_token(LINK_TOKEN)
    await save(
        identity.magic_link(
            purpose=purpose,
            email=user.email,
            user=user,
            token_hash=hash_token(token),
            expires_at=datetime.now(UTC) + timedelta(hours=1),
        )
    )
    return token


@example("anonymous")
async def log_in(world: World) -> Variables:
    user = await with_password(world)
    device = {"deviceId": "d", "deviceName": "Laptop", "deviceType": "desktop"}
    return {"input": {"email": user.email, "password": DEMO_PASSWORD, "device": device}}


@example("anonymous")
async def refresh(world: World) -> Variables:
    user = await with_password(world)
    token = new_token(REFRESH_TOKEN)
    session = identity.session(user=user)
    values = {
        "token_hash": hash_token(token),
        "expires_at": datetime.now(UTC) + timedelta(hours=1),
    }
    await save(session, identity.refresh_token(user=user, session=session, **values))
    return {"refreshToken": token}


@example("anonymous")
async def register(world: World) -> Variables:
    return {"input": {"email": "new@seedbed.example", "name": "New", "password": PASSWORD}}


@example("anonymous")
async def request_magic_link(world: World) -> Variables:
    return {"email": world.rows["owner"]["email"]}


@example("anonymous")
async def redeem_magic_link(world: World) -> Variables:
    token = await link_to(await with_password(world), MagicLinkPurpose.LOGIN)
    return {"token": token, "device": {"deviceId": "d"}}


@example("anonymous")
async def request_password_reset(world: World) -> Variables:
    return {"email": world.rows["owner"]["email"]}


@example("anonymous")
async def reset_password(world: World) -> Variables:
    token = await link_to(await with_password(world), MagicLinkPurpose.RESET)
    return {"token": token, "password": PASSWORD}


@example("owner")
async def log_out(world: World) -> Variables:
    return {}


@example("owner")
async def log_out_everywhere(world: World) -> Variables:
    return {}


@example("owner", stranger="user")
async def revoke_session(world: World) -> Variables:
    return {"id": global_id(world.rows["owner_session"])}


@example("owner", stranger="user")
async def remove_device(world: World) -> Variables:
    return {"id": global_id(world.rows["owner_device"])}


@example("owner")
async def update_me(world: World) -> Variables:
    return {"input": {"name": "Another name"}}


@example("owner")
async def change_password(world: World) -> Variables:
    await (
        User.update({User.password_hash: DEMO_HASH})
        .where(User.id == world.rows["owner"]["id"])
        .run()
    )
    return {"input": {"currentPassword": DEMO_PASSWORD, "newPassword": PASSWORD}}


@example("owner")
async def update_profile(world: World) -> Variables:
    about = {"avatarUrl": "https://seedbed.example/a.png", "phone": "1", "address": "2", "bio": "3"}
    return {"input": {**about, "preferences": {"theme": "dark"}}}


@example("owner")
async def create_api_key(world: World) -> Variables:
    ends = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    return {"input": {"name": "A key", "scopes": ["READ"], "expiresAt": ends}}


@example("owner", stranger="user")
async def revoke_api_key(world: World) -> Variables:
    return {"id": global_id(world.rows["owner_key"])}


@example("admin")
async def set_user_role(world: World) -> Variables:
    return {"id": global_id(world.rows["user"]), "role": "VENDOR"}


@example("admin")
async def suspend_user(world: World) -> Variables:
    return {"id": global_id(world.rows["user"]), "reason": "spam"}


@example("admin")
async def reactivate_user(world: World) -> Variables:
    return {"id": global_id(world.rows["suspended"])}


@example("owner", stranger="user")
async def delete_user(world: World) -> Variables:
    return {"id": global_id(world.rows["owner"])}


@example("admin")
async def restore_user(world: World) -> Variables:
    return {"id": global_id(world.rows["deleted"])}


@example("admin")
async def set_user_organization(world: World) -> Variables:
    organization = global_id(world.rows["theirs"])
    return {"id": global_id(world.rows["user"]), "organizationId": organization}


@example("admin")
async def create_organization(world: World) -> Variables:
    return {"input": {"name": "Ours", "slug": "a-new-slug", "settings": {}}}


@example("admin")
async def update_organization(world: World) -> Variables:
    values = {"name": "Ours", "slug": "a-new-slug", "settings": {"theme": "dark"}}
    return {"id": global_id(world.rows["ours"]), "input": values}


@example("admin")
async def delete_organization(world: World) -> Variables:
    return {"id": global_id(world.rows["theirs"])}
