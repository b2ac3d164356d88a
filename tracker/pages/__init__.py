"""The pages for people, room by room."""

from fastapi import APIRouter

from tracker.pages import entry, people, records, today

router = APIRouter()
for room in (today, entry, records, people):
    router.include_router(room.router)
