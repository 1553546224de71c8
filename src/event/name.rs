//! What may happen and where: event names, action sources, lanes.
//! docs/wire-contract.md#event-names, #event-object.

/// An event by its Conversions API name. The tag writes the same name without
/// underscores, and Pinterest pairs the two
/// (docs/wire-contract.md#deduplication).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    missing_docs,
    reason = "each variant is the API name it is spelled like"
)]
pub enum EventName {
    AddPaymentInfo,
    AddToCart,
    AddToWishlist,
    AppInstall,
    AppOpen,
    Checkout,
    Contact,
    Custom,
    CustomizeProduct,
    FindLocation,
    InitiateCheckout,
    Lead,
    PageVisit,
    Schedule,
    Search,
    Signup,
    StartTrial,
    SubmitApplication,
    Subscribe,
    ViewCategory,
    ViewContent,
    WatchVideo,
}

impl EventName {
    /// Every name of the API as of its version 5.28, in alphabetical order.
    pub const ALL: [EventName; 22] = [
        EventName::AddPaymentInfo,
        EventName::AddToCart,
        EventName::AddToWishlist,
        EventName::AppInstall,
        EventName::AppOpen,
        EventName::Checkout,
        EventName::Contact,
        EventName::Custom,
        EventName::CustomizeProduct,
        EventName::FindLocation,
        EventName::InitiateCheckout,
        EventName::Lead,
        EventName::PageVisit,
        EventName::Schedule,
        EventName::Search,
        EventName::Signup,
        EventName::StartTrial,
        EventName::SubmitApplication,
        EventName::Subscribe,
        EventName::ViewCategory,
        EventName::ViewContent,
        EventName::WatchVideo,
    ];

    /// The event of this exact API name.
    pub fn parse(api_name: &str) -> Option<EventName> {
        EventName::ALL
            .into_iter()
            .find(|name| name.api_name() == api_name)
    }

    /// The name on the API, such as `add_to_cart`.
    pub const fn api_name(self) -> &'static str {
        match self {
            EventName::AddPaymentInfo => "add_payment_info",
            EventName::AddToCart => "add_to_cart",
            EventName::AddToWishlist => "add_to_wishlist",
            EventName::AppInstall => "app_install",
            EventName::AppOpen => "app_open",
            EventName::Checkout => "checkout",
            EventName::Contact => "contact",
            EventName::Custom => "custom",
            EventName::CustomizeProduct => "customize_product",
            EventName::FindLocation => "find_location",
            EventName::InitiateCheckout => "initiate_checkout",
            EventName::Lead => "lead",
            EventName::PageVisit => "page_visit",
            EventName::Schedule => "schedule",
            EventName::Search => "search",
            EventName::Signup => "signup",
            EventName::StartTrial => "start_trial",
            EventName::SubmitApplication => "submit_application",
            EventName::Subscribe => "subscribe",
            EventName::ViewCategory => "view_category",
            EventName::ViewContent => "view_content",
            EventName::WatchVideo => "watch_video",
        }
    }

    /// The name on the Pinterest Tag, or nothing where the tag has no such event.
    /// Lower case, because parts of the tag library compare literally
    /// (docs/wire-contract.md#event-names).
    pub const fn tag_name(self) -> Option<&'static str> {
        Some(match self {
            EventName::AddPaymentInfo => "addpaymentinfo",
            EventName::AddToCart => "addtocart",
            EventName::AddToWishlist => "addtowishlist",
            EventName::AppInstall | EventName::AppOpen => return None,
            EventName::Checkout => "checkout",
            EventName::Contact => "contact",
            EventName::Custom => "custom",
            EventName::CustomizeProduct => "customizeproduct",
            EventName::FindLocation => "findlocation",
            EventName::InitiateCheckout => "initiatecheckout",
            EventName::Lead => "lead",
            EventName::PageVisit => "pagevisit",
            EventName::Schedule => "schedule",
            EventName::Search => "search",
            EventName::Signup => "signup",
            EventName::StartTrial => "starttrial",
            EventName::SubmitApplication => "submitapplication",
            EventName::Subscribe => "subscribe",
            EventName::ViewCategory => "viewcategory",
            EventName::ViewContent => "viewcontent",
            EventName::WatchVideo => "watchvideo",
        })
    }
}

/// Where the event happened. docs/wire-contract.md#event-object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionSource {
    /// On the website: the only source with a browser half.
    Web,
    /// In a physical shop, or by phone.
    Offline,
    /// In an Android app.
    AppAndroid,
    /// In an iOS app.
    AppIos,
}

impl ActionSource {
    /// The source of this exact API name.
    pub fn parse(api_name: &str) -> Option<ActionSource> {
        Some(match api_name {
            "web" => ActionSource::Web,
            "offline" => ActionSource::Offline,
            "app_android" => ActionSource::AppAndroid,
            "app_ios" => ActionSource::AppIos,
            _ => return None,
        })
    }

    /// The name on the API.
    pub const fn api_name(self) -> &'static str {
        match self {
            ActionSource::Web => "web",
            ActionSource::Offline => "offline",
            ActionSource::AppAndroid => "app_android",
            ActionSource::AppIos => "app_ios",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_name_is_the_api_name_without_underscores() {
        for name in EventName::ALL {
            if let Some(tag) = name.tag_name() {
                assert_eq!(tag, name.api_name().replace('_', ""));
            }
        }
    }

    #[test]
    fn every_name_parses_back_and_only_as_written() {
        for name in EventName::ALL {
            assert_eq!(EventName::parse(name.api_name()), Some(name));
        }
        for wrong in ["Checkout", "purchase", "addtocart", " checkout", ""] {
            assert_eq!(EventName::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn only_app_events_have_no_tag_name() {
        let without: Vec<_> = EventName::ALL
            .into_iter()
            .filter(|name| name.tag_name().is_none())
            .collect();
        assert_eq!(without, [EventName::AppInstall, EventName::AppOpen]);
    }
}
