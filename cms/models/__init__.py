"""Site pages, policies as objects, site settings, and the image, document and media models that the whole site uses."""

from cms.models.files import SiteDocument, SiteImage, SiteMedia, SiteRendition
from cms.models.pages import BasePage, ContentPage, HomePage, NewsIndexPage, NewsPage, PolicyIndexPage, PolicyPage
from cms.models.policies import Policy
from cms.models.site import SiteSettings

__all__ = [
    "BasePage",
    "ContentPage",
    "HomePage",
    "NewsIndexPage",
    "NewsPage",
    "Policy",
    "PolicyIndexPage",
    "PolicyPage",
    "SiteDocument",
    "SiteImage",
    "SiteMedia",
    "SiteRendition",
    "SiteSettings",
]
