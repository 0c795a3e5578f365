//! Locations and jurisdictions of rooms.

macro_rules! locations {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$doc])* $variant),*
        }

        impl $name {
            /// Returns the platform's name for it.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text),*
                }
            }
        }
    };
}

locations! {
    /// A region in which a new room is created. Existing rooms are not moved.
    ///
    /// ```
    /// # use websocket_do_runtime::server::stub::LocationHint;
    /// assert_eq!(LocationHint::WesternEurope.as_str(), "weur");
    /// ```
    LocationHint {
        /// Western North America.
        WesternNorthAmerica = "wnam",
        /// Eastern North America.
        EasternNorthAmerica = "enam",
        /// South America.
        SouthAmerica = "sam",
        /// Western Europe.
        WesternEurope = "weur",
        /// Eastern Europe.
        EasternEurope = "eeur",
        /// Asia and the Pacific.
        AsiaPacific = "apac",
        /// Oceania.
        Oceania = "oc",
        /// Africa.
        Africa = "afr",
        /// The Middle East.
        MiddleEast = "me",
    }
}

locations! {
    /// A jurisdiction in which a room must run and keep its data. It is part of the room's id: the same name in another jurisdiction is
    /// another room.
    ///
    /// ```
    /// # use websocket_do_runtime::server::stub::Jurisdiction;
    /// assert_eq!(Jurisdiction::EuropeanUnion.as_str(), "eu");
    /// ```
    Jurisdiction {
        /// The European Union.
        EuropeanUnion = "eu",
        /// Data centers that comply with `FedRAMP`.
        FedRamp = "fedramp",
        /// Data centers that comply with `FedRAMP` High.
        FedRampHigh = "fedramp-high",
    }
}
