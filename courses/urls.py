"""Addresses of courses."""

from django.urls import URLPattern, URLResolver, path

from courses.views import classes, learner, lessons, office, rosters, sessions

app_name = "courses"
urlpatterns: list[URLPattern | URLResolver] = [
    # learners
    path("", learner.home, name="home"),
    path("courses/", lessons.catalogue, name="catalogue"),
    path("courses/<uuid:course>/", lessons.course, name="course"),
    path("courses/<uuid:course>/start/", lessons.start, name="course_start"),
    path("lessons/<uuid:lesson>/", lessons.lesson, name="lesson"),
    path("study/<uuid:progress>/ping/", lessons.ping, name="study_ping"),
    path("study/<uuid:progress>/checks/<uuid:check>/", lessons.answer, name="check_answer"),
    path("study/<uuid:progress>/finish/", lessons.finish, name="lesson_finish"),
    path("classes/", classes.my_classes, name="my_classes"),
    path("classes/<uuid:enrolment>/", classes.my_class, name="my_class"),
    path("sign-in/<uuid:session>/", classes.sign_in, name="sign_in"),
    path("records/", learner.records, name="records"),
    # the office
    path("office/classes/", office.class_list, name="class_list"),
    path("office/classes/new/", office.class_create, name="class_create"),
    path("office/classes/<uuid:uuid>/", office.class_detail, name="class_detail"),
    path("office/classes/<uuid:uuid>/edit/", office.class_edit, name="class_edit"),
    path("office/classes/<uuid:uuid>/state/", office.class_state, name="class_state"),
    path("office/classes/<uuid:uuid>/close/", office.class_close, name="class_close"),
    path("office/classes/<uuid:uuid>/cancel/", office.class_cancel, name="class_cancel"),
    path("office/classes/<uuid:uuid>/learners/", office.learners, name="class_learners"),
    path("office/enrolments/<uuid:uuid>/withdraw/", office.withdraw, name="enrolment_withdraw"),
    path("office/enrolments/<uuid:uuid>/return/", office.come_back, name="enrolment_return"),
    path("office/classes/<uuid:uuid>/certificates/", office.certificates, name="class_certificates"),
    path("office/classes/<uuid:uuid>/sessions/new/", sessions.create, name="session_create"),
    path("office/sessions/<uuid:uuid>/edit/", sessions.edit, name="session_edit"),
    path("office/sessions/<uuid:uuid>/attendance/", sessions.attendance, name="attendance"),
    path("office/sessions/<uuid:uuid>/headcount/", sessions.headcount, name="headcount"),
    path("office/sessions/<uuid:uuid>/screen/", sessions.screen, name="session_screen"),
    path("office/sessions/<uuid:uuid>/code/", sessions.code, name="session_code"),
    path("office/sessions/<uuid:uuid>/close/", sessions.close, name="session_close"),
    path("office/sessions/<uuid:uuid>/cancel/", sessions.cancel, name="session_cancel"),
    path("office/classes/<uuid:uuid>/roster/", rosters.upload, name="roster_upload"),
    path("office/roster-template/", rosters.template, name="roster_template"),
    path("office/rosters/<uuid:uuid>/", rosters.detail, name="roster_detail"),
    path("office/rosters/<uuid:uuid>/columns/", rosters.columns, name="roster_columns"),
    path("office/rosters/<uuid:uuid>/confirm/", rosters.confirm, name="roster_confirm"),
    path("office/rosters/<uuid:uuid>/discard/", rosters.discard, name="roster_discard"),
    path("office/rosters/<uuid:uuid>/results/", rosters.results, name="roster_results"),
]
