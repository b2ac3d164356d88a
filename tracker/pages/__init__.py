"""The pages for people, room by room."""

from fastapi import APIRouter

from tracker.pages import entry, people, quick, records, today

router = APIRouter()
for room in (today, entry, quick, records, people):
    router.include_router(room.router)
