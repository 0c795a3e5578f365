// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.

const _: () = {
    use ::websocket_do::__private::{protocol as __ws, serde as __serde};
    #[allow(unused_imports)]
    use __ws::probe::{Required as _, Unknown as _};
    const _: () = ::core::assert!(
        !__ws::decode::has_field::<Order>("kind"),
        "the field `kind` of the variant's struct conflicts with the tag; write `#[ws(rename = \"…\")]` on it, or another `tag`"
    );
    #[automatically_derived]
    #[allow(unused_mut)]
    impl __ws::decode::Tagged for Event {
        const TAG: &'static ::core::primitive::str = "kind";
        const NAMES: &'static [&'static ::core::primitive::str] = &[
            "ended",
            "placed",
            #[cfg(feature = "admin")]
            "KICKED",
        ];
        fn variant(name: &::core::primitive::str) -> ::core::option::Option<::core::primitive::usize> {
            match name {
                "ended" => ::core::option::Option::Some(0),
                "placed" => ::core::option::Option::Some(1),
                #[cfg(feature = "admin")]
                "KICKED" => ::core::option::Option::Some(2),
                _ => ::core::option::Option::None,
            }
        }
        fn read<'de, __A: __serde::de::MapAccess<'de>>(
            variant: ::core::primitive::usize,
            mut entries: __A,
        ) -> ::core::result::Result<Self, __A::Error> {
            match variant {
                0 => {
                    loop {
                        match __ws::decode::key(&mut entries, ::core::option::Option::Some("kind"), |key| match key {
                            _ => ::core::primitive::usize::MAX,
                        })? {
                            ::core::option::Option::None => break,
                            ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                        }
                    }
                    ::core::result::Result::Ok(Self::Ended {})
                }
                1 => <Order as ::websocket_do::__private::protocol::decode::Record>::read(
                    entries,
                    ::core::option::Option::Some("kind"),
                )
                .map(Self::Placed),
                #[cfg(feature = "admin")]
                2 => {
                    let mut slot0: ::core::option::Option<Option<String>> = ::core::option::Option::None;
                    let mut slot1: ::core::option::Option<Vec<String>> = ::core::option::Option::None;
                    let mut slot2: ::core::option::Option<f64> = ::core::option::Option::None;
                    let mut slot3: ::core::option::Option<Vec<u8>> = ::core::option::Option::None;
                    let mut slot4: ::core::option::Option<Option<u64>> = ::core::option::Option::None;
                    #[cfg(feature = "dates")]
                    struct __With5(Dates);
                    #[cfg(feature = "dates")]
                    impl<'de> __serde::Deserialize<'de> for __With5 {
                        fn deserialize<__D: __serde::Deserializer<'de>>(
                            deserializer: __D,
                        ) -> ::core::result::Result<Self, __D::Error> {
                            dates::deserialize(deserializer).map(Self)
                        }
                    }
                    #[cfg(feature = "dates")]
                    let mut slot5: ::core::option::Option<__With5> = ::core::option::Option::None;
                    let mut slot6: ::core::option::Option<::core::option::Option<u8>> = ::core::option::Option::None;
                    let mut slot7: ::core::option::Option<::core::option::Option<u8>> = ::core::option::Option::None;
                    loop {
                        match __ws::decode::key(&mut entries, ::core::option::Option::Some("kind"), |key| match key {
                            "reason" => 0,
                            "tags" => 1,
                            "score" => 2,
                            "raw" => 3,
                            "id" => 4,
                            #[cfg(feature = "dates")]
                            "when" | "at" => 5,
                            "limit" => 6,
                            "page" => 7,
                            _ => ::core::primitive::usize::MAX,
                        })? {
                            ::core::option::Option::None => break,
                            ::core::option::Option::Some(0) => {
                                __ws::checks::field(__ws::probe::Probe::<Option<String>>::IS_REACHABLE, || {
                                    <Option<String> as ::websocket_do::__private::protocol::field::Field>::read(
                                        &mut entries,
                                        &mut slot0,
                                        "reason",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(1) => {
                                __ws::checks::field(__ws::probe::Probe::<Vec<String>>::IS_REACHABLE, || {
                                    <Vec<String> as ::websocket_do::__private::protocol::field::Field>::read(
                                        &mut entries,
                                        &mut slot1,
                                        "tags",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(2) => {
                                __ws::checks::field(__ws::probe::Probe::<f64>::IS_REACHABLE, || {
                                    <f64 as ::websocket_do::__private::protocol::field::Field>::read(
                                        &mut entries,
                                        &mut slot2,
                                        "score",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(3) => {
                                __ws::checks::field(true, || {
                                    <Vec<u8> as ::websocket_do::__private::protocol::bytes::ByteField>::read(
                                        &mut entries,
                                        &mut slot3,
                                        "raw",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(4) => {
                                __ws::checks::field(__ws::probe::Probe::<Option<u64>>::IS_REACHABLE, || {
                                    <Option<u64> as ::websocket_do::__private::protocol::as_string::AsString>::read(
                                        &mut entries,
                                        &mut slot4,
                                        "id",
                                    )
                                })?;
                            }
                            #[cfg(feature = "dates")]
                            ::core::option::Option::Some(5) => {
                                __ws::checks::field(false, || __ws::decode::field(&mut entries, &mut slot5, "when"))?;
                            }
                            ::core::option::Option::Some(6) => {
                                __ws::checks::field(__ws::probe::Probe::<u8>::IS_REACHABLE, || {
                                    <u8 as ::websocket_do::__private::protocol::field::Field>::read_or_null(
                                        &mut entries,
                                        &mut slot6,
                                        "limit",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(7) => {
                                __ws::checks::field(__ws::probe::Probe::<u8>::IS_REACHABLE, || {
                                    <u8 as ::websocket_do::__private::protocol::field::Field>::read_or_null(
                                        &mut entries,
                                        &mut slot7,
                                        "page",
                                    )
                                })?;
                            }
                            ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                        }
                    }
                    ::core::result::Result::Ok(Self::Kicked {
                        reason: <Option<String> as ::websocket_do::__private::protocol::field::Field>::required(
                            slot0, "reason",
                        )?,
                        tags: <Vec<String> as ::websocket_do::__private::protocol::field::Field>::required(
                            slot1, "tags",
                        )?,
                        score: <f64 as ::websocket_do::__private::protocol::field::Field>::required(slot2, "score")?,
                        bytes: <Vec<u8> as ::websocket_do::__private::protocol::bytes::ByteField>::required(
                            slot3, "raw",
                        )?,
                        id: <Option<u64> as ::websocket_do::__private::protocol::as_string::AsString>::required(
                            slot4, "id",
                        )?,
                        #[cfg(feature = "dates")]
                        dates: __ws::decode::present(slot5, "when")?.0,
                        r#limit: __ws::decode::or_default(slot6, || ten()),
                        page: __ws::decode::or_default(slot7, || <u8 as ::core::default::Default>::default()),
                    })
                }
                _ => __ws::decode::no_variant(),
            }
        }
    }
    #[automatically_derived]
    impl<'de> __serde::Deserialize<'de> for Event {
        fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
            __ws::decode::message(deserializer)
        }
    }
    #[automatically_derived]
    impl __serde::Serialize for Event {
        fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
            __ws::checks::write(self, || match self {
                Self::Ended => __serde::ser::SerializeStruct::end(__ws::encode::message(
                    serializer,
                    "Event",
                    ("kind", "ended"),
                    0,
                )?),
                Self::Placed(value) => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(
                        serializer,
                        "Event",
                        ("kind", "placed"),
                        <Order as ::websocket_do::__private::protocol::decode::Record>::present(value),
                    )?;
                    <Order as ::websocket_do::__private::protocol::decode::Record>::write(value, &mut out)?;
                    __serde::ser::SerializeStruct::end(out)
                }
                #[cfg(feature = "admin")]
                Self::Kicked {
                    reason: value0,
                    tags: value1,
                    score: value2,
                    bytes: value3,
                    id: value4,
                    #[cfg(feature = "dates")]
                        dates: value5,
                    r#limit: value6,
                    page: value7,
                } => {
                    #[allow(unused_mut)]
                    let mut out = __ws::encode::message(serializer, "Event", ("kind", "KICKED"), {
                        let mut fields: ::core::primitive::usize = 0;
                        if !(__ws::probe::Probe::<Option<String>>::IS_ABSENT(value0)
                            || __ws::probe::Optional::<Option<String>>::IS_NONE(value0))
                        {
                            fields += 1;
                        }
                        if !(__ws::probe::Probe::<Vec<String>>::IS_ABSENT(value1)
                            || __ws::probe::Optional::<Vec<String>>::IS_NONE(value1))
                        {
                            fields += 1;
                        }
                        if !(__ws::probe::Probe::<f64>::IS_ABSENT(value2)
                            || __ws::probe::Optional::<f64>::IS_NONE(value2))
                        {
                            fields += 1;
                        }
                        if !(__ws::probe::Probe::<Vec<u8>>::IS_ABSENT(value3)
                            || __ws::probe::Optional::<Vec<u8>>::IS_NONE(value3))
                        {
                            fields += 1;
                        }
                        if !(__ws::probe::Probe::<Option<u64>>::IS_ABSENT(value4)
                            || __ws::probe::Optional::<Option<u64>>::IS_NONE(value4))
                        {
                            fields += 1;
                        }
                        #[cfg(feature = "dates")]
                        if !(__ws::probe::Probe::<Dates>::IS_ABSENT(value5)
                            || __ws::probe::Optional::<Dates>::IS_NONE(value5)
                            || dates::is_empty(value5))
                        {
                            fields += 1;
                        }
                        if !(__ws::probe::Probe::<u8>::IS_ABSENT(value6)
                            || __ws::probe::Optional::<u8>::IS_NONE(value6))
                        {
                            fields += 1;
                        }
                        if !(__ws::probe::Probe::<u8>::IS_ABSENT(value7)
                            || __ws::probe::Optional::<u8>::IS_NONE(value7))
                        {
                            fields += 1;
                        }
                        fields
                    })?;
                    {
                        __ws::checks::field(__ws::probe::Probe::<Option<String>>::IS_REACHABLE, || {
                            <Option<String> as ::websocket_do::__private::protocol::field::Field>::write(
                                value0,
                                &mut out,
                                "reason",
                                (__ws::probe::Probe::<Option<String>>::IS_ABSENT(value0)
                                    || __ws::probe::Optional::<Option<String>>::IS_NONE(value0)),
                            )
                        })?;
                    }
                    {
                        __ws::checks::field(__ws::probe::Probe::<Vec<String>>::IS_REACHABLE, || {
                            <Vec<String> as ::websocket_do::__private::protocol::field::Field>::write(
                                value1,
                                &mut out,
                                "tags",
                                (__ws::probe::Probe::<Vec<String>>::IS_ABSENT(value1)
                                    || __ws::probe::Optional::<Vec<String>>::IS_NONE(value1)),
                            )
                        })?;
                    }
                    {
                        __ws::checks::field(__ws::probe::Probe::<f64>::IS_REACHABLE, || {
                            <f64 as ::websocket_do::__private::protocol::field::Field>::write(
                                value2,
                                &mut out,
                                "score",
                                (__ws::probe::Probe::<f64>::IS_ABSENT(value2)
                                    || __ws::probe::Optional::<f64>::IS_NONE(value2)),
                            )
                        })?;
                    }
                    {
                        __ws::checks::field(true, || {
                            <Vec<u8> as ::websocket_do::__private::protocol::bytes::ByteField>::write(
                                value3,
                                &mut out,
                                "raw",
                                (__ws::probe::Probe::<Vec<u8>>::IS_ABSENT(value3)
                                    || __ws::probe::Optional::<Vec<u8>>::IS_NONE(value3)),
                            )
                        })?;
                    }
                    {
                        __ws::checks::field(__ws::probe::Probe::<Option<u64>>::IS_REACHABLE, || {
                            <Option<u64> as ::websocket_do::__private::protocol::as_string::AsString>::write(
                                value4,
                                &mut out,
                                "id",
                                (__ws::probe::Probe::<Option<u64>>::IS_ABSENT(value4)
                                    || __ws::probe::Optional::<Option<u64>>::IS_NONE(value4)),
                            )
                        })?;
                    }
                    #[cfg(feature = "dates")]
                    {
                        struct __With<'a>(&'a Dates);
                        impl __serde::Serialize for __With<'_> {
                            fn serialize<__S: __serde::Serializer>(
                                &self,
                                serializer: __S,
                            ) -> ::core::result::Result<__S::Ok, __S::Error> {
                                dates::serialize(self.0, serializer)
                            }
                        }
                        __ws::checks::field(false, || {
                            __ws::encode::field(
                                &mut out,
                                "when",
                                &__With(value5),
                                (__ws::probe::Probe::<Dates>::IS_ABSENT(value5)
                                    || __ws::probe::Optional::<Dates>::IS_NONE(value5)
                                    || dates::is_empty(value5)),
                            )
                        })?;
                    }
                    {
                        __ws::checks::field(__ws::probe::Probe::<u8>::IS_REACHABLE, || {
                            <u8 as ::websocket_do::__private::protocol::field::Field>::write(
                                value6,
                                &mut out,
                                "limit",
                                (__ws::probe::Probe::<u8>::IS_ABSENT(value6)
                                    || __ws::probe::Optional::<u8>::IS_NONE(value6)),
                            )
                        })?;
                    }
                    {
                        __ws::checks::field(__ws::probe::Probe::<u8>::IS_REACHABLE, || {
                            <u8 as ::websocket_do::__private::protocol::field::Field>::write(
                                value7,
                                &mut out,
                                "page",
                                (__ws::probe::Probe::<u8>::IS_ABSENT(value7)
                                    || __ws::probe::Optional::<u8>::IS_NONE(value7)),
                            )
                        })?;
                    }
                    __serde::ser::SerializeStruct::end(out)
                }
            })
        }
    }
    #[automatically_derived]
    impl __ws::Value for Event {
        const TYPE: __ws::Type = __ws::Type::Message(|| &<Self as __ws::Message>::SCHEMA);
    }
    #[automatically_derived]
    impl __ws::Validate for Event {
        fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
            match self {
                Self::Ended => {}
                Self::Placed(value) => {
                    __ws::probe::Probe::<Order>::VALIDATE(value)?;
                }
                #[cfg(feature = "admin")]
                Self::Kicked {
                    reason: value0,
                    tags: value1,
                    score: value2,
                    bytes: value3,
                    id: value4,
                    #[cfg(feature = "dates")]
                        dates: value5,
                    r#limit: value6,
                    page: value7,
                } => {
                    {
                        ::websocket_do::__private::protocol::rules::len(
                            value0,
                            const {
                                ::websocket_do::__private::protocol::rules::bounds(
                                    ::core::option::Option::Some(1),
                                    ::core::option::Option::None,
                                )
                            },
                        )
                        .map_err(|error| error.within("reason"))?;
                    }
                    {
                        ::websocket_do::__private::protocol::rules::bytes(
                            value0,
                            const {
                                ::websocket_do::__private::protocol::rules::bounds(
                                    ::core::option::Option::None,
                                    ::core::option::Option::Some(::websocket_do::__private::protocol::rules::below(
                                        200,
                                    )),
                                )
                            },
                        )
                        .map_err(|error| error.within("reason"))?;
                    }
                    {
                        ::websocket_do::__private::protocol::rules::one_of(value0, &["spam", "abuse"])
                            .map_err(|error| error.within("reason"))?;
                    }
                    {
                        ::websocket_do::__private::protocol::rules::len(
                            value1,
                            const {
                                ::websocket_do::__private::protocol::rules::bounds(
                                    ::core::option::Option::None,
                                    ::core::option::Option::Some(3),
                                )
                            },
                        )
                        .map_err(|error| error.within("tags"))?;
                    }
                    {
                        ::websocket_do::__private::protocol::rules::range(
                            value2,
                            ::core::option::Option::Some(0.0),
                            ::core::option::Option::Some(1.0),
                            true,
                        )
                        .map_err(|error| error.within("score"))?;
                    }
                    {
                        ::websocket_do::__private::protocol::rules::range(
                            value4,
                            ::core::option::Option::Some(1),
                            ::core::option::Option::None,
                            false,
                        )
                        .map_err(|error| error.within("id"))?;
                    }
                    {
                        {
                            static PATTERN: ::websocket_do::__private::protocol::rules::Pattern =
                                ::websocket_do::__private::protocol::rules::Pattern::new("^[a-z ]+$");
                            ::websocket_do::__private::protocol::rules::pattern(value0, &PATTERN)
                        }
                        .map_err(|error| error.within("reason"))?;
                    }
                    {
                        match __ws::probe::Optional::<Option<String>>::present(value0) {
                            ::core::option::Option::Some(value0) => {
                                ::websocket_do::__private::protocol::rules::custom(polite(value0), "polite")
                            }
                            ::core::option::Option::None => ::core::result::Result::Ok(()),
                        }
                        .map_err(|error| error.within("reason"))?;
                    }
                    {
                        ::websocket_do::__private::protocol::rules::each(value1, |item| {
                            ::websocket_do::__private::protocol::rules::len(
                                item,
                                const {
                                    ::websocket_do::__private::protocol::rules::bounds(
                                        ::core::option::Option::None,
                                        ::core::option::Option::Some(8),
                                    )
                                },
                            )?;
                            ::websocket_do::__private::protocol::rules::one_of(item, &["#a", "#b"])?;
                            {
                                static PATTERN: ::websocket_do::__private::protocol::rules::Pattern =
                                    ::websocket_do::__private::protocol::rules::Pattern::new("^#");
                                ::websocket_do::__private::protocol::rules::pattern(item, &PATTERN)
                            }?;
                            ::websocket_do::__private::protocol::rules::custom(known(item), "known")?;
                            ::core::result::Result::Ok(())
                        })
                        .map_err(|error| error.within("tags"))?;
                    }
                    {
                        __ws::probe::Probe::<Option<String>>::VALIDATE(value0)
                            .map_err(|error| error.within("reason"))?;
                    }
                    {
                        __ws::probe::Probe::<Vec<String>>::VALIDATE(value1).map_err(|error| error.within("tags"))?;
                    }
                    {
                        __ws::probe::Probe::<f64>::VALIDATE(value2).map_err(|error| error.within("score"))?;
                    }
                    {
                        __ws::probe::Probe::<Vec<u8>>::VALIDATE(value3).map_err(|error| error.within("raw"))?;
                    }
                    {
                        __ws::probe::Probe::<Option<u64>>::VALIDATE(value4).map_err(|error| error.within("id"))?;
                    }
                    #[cfg(feature = "dates")]
                    {
                        __ws::probe::Probe::<Dates>::VALIDATE(value5).map_err(|error| error.within("when"))?;
                    }
                    {
                        __ws::probe::Probe::<u8>::VALIDATE(value6).map_err(|error| error.within("limit"))?;
                    }
                    {
                        __ws::probe::Probe::<u8>::VALIDATE(value7).map_err(|error| error.within("page"))?;
                    }
                }
            }
            ::core::result::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl __ws::Message for Event {
        type Text = Lines;
        const SCHEMA: __ws::MessageSchema = __ws::schema::MessageSchema {
            name: "Event",
            tag: "kind",
            docs: "",
            call_id: ::core::option::Option::None,
            variants: &[
                __ws::schema::VariantSchema {
                    name: "ended",
                    ident: "Ended",
                    docs: "",
                    content: __ws::schema::Content::Unit,
                    call: ::core::option::Option::None,
                },
                __ws::schema::VariantSchema {
                    name: "placed",
                    ident: "Placed",
                    docs: "A newtype variant.",
                    content: __ws::schema::Content::Newtype(__ws::probe::Probe::<Order>::TYPE),
                    call: ::core::option::Option::None,
                },
                #[cfg(feature = "admin")]
                __ws::schema::VariantSchema {
                    name: "KICKED",
                    ident: "Kicked",
                    docs: "",
                    content: __ws::schema::Content::Fields(&[
                        __ws::schema::FieldSchema {
                            name: "reason",
                            ident: "reason",
                            docs: "Why.",
                            ty: __ws::probe::Probe::<Option<String>>::TYPE,
                            optional: __ws::probe::Optional::<Option<String>>::IS,
                            rules: &[
                                {
                                    let (min, max) = ::websocket_do::__private::protocol::rules::bounds(
                                        ::core::option::Option::Some(1),
                                        ::core::option::Option::None,
                                    );
                                    ::websocket_do::__private::protocol::schema::Rule::Len { min, max }
                                },
                                {
                                    let (min, max) = ::websocket_do::__private::protocol::rules::bounds(
                                        ::core::option::Option::None,
                                        ::core::option::Option::Some(
                                            ::websocket_do::__private::protocol::rules::below(200),
                                        ),
                                    );
                                    ::websocket_do::__private::protocol::schema::Rule::Bytes { min, max }
                                },
                                ::websocket_do::__private::protocol::schema::Rule::Pattern("^[a-z ]+$"),
                                ::websocket_do::__private::protocol::schema::Rule::OneOf(&["spam", "abuse"]),
                                ::websocket_do::__private::protocol::schema::Rule::Custom("polite"),
                            ],
                        },
                        __ws::schema::FieldSchema {
                            name: "tags",
                            ident: "tags",
                            docs: "",
                            ty: __ws::probe::Probe::<Vec<String>>::TYPE,
                            optional: __ws::probe::Optional::<Vec<String>>::IS,
                            rules: &[
                                ::websocket_do::__private::protocol::schema::Rule::Each(&[
                                    ::websocket_do::__private::protocol::schema::Rule::Custom("known"),
                                    {
                                        let (min, max) = ::websocket_do::__private::protocol::rules::bounds(
                                            ::core::option::Option::None,
                                            ::core::option::Option::Some(8),
                                        );
                                        ::websocket_do::__private::protocol::schema::Rule::Len { min, max }
                                    },
                                    ::websocket_do::__private::protocol::schema::Rule::Pattern("^#"),
                                    ::websocket_do::__private::protocol::schema::Rule::OneOf(&["#a", "#b"]),
                                ]),
                                {
                                    let (min, max) = ::websocket_do::__private::protocol::rules::bounds(
                                        ::core::option::Option::None,
                                        ::core::option::Option::Some(3),
                                    );
                                    ::websocket_do::__private::protocol::schema::Rule::Len { min, max }
                                },
                            ],
                        },
                        __ws::schema::FieldSchema {
                            name: "score",
                            ident: "score",
                            docs: "",
                            ty: __ws::probe::Probe::<f64>::TYPE,
                            optional: __ws::probe::Optional::<f64>::IS,
                            rules: &[::websocket_do::__private::protocol::schema::Rule::Range {
                                min: ::core::option::Option::Some(0f64),
                                max: ::core::option::Option::Some(1f64),
                                below_max: true,
                            }],
                        },
                        __ws::schema::FieldSchema {
                            name: "raw",
                            ident: "bytes",
                            docs: "",
                            ty: <Vec<u8> as ::websocket_do::__private::protocol::bytes::ByteField>::TYPE,
                            optional: __ws::probe::Optional::<Vec<u8>>::IS,
                            rules: &[],
                        },
                        __ws::schema::FieldSchema {
                            name: "id",
                            ident: "id",
                            docs: "",
                            ty: <Option<u64> as ::websocket_do::__private::protocol::as_string::AsString>::TYPE,
                            optional: __ws::probe::Optional::<Option<u64>>::IS,
                            rules: &[::websocket_do::__private::protocol::schema::Rule::Range {
                                min: ::core::option::Option::Some(1f64),
                                max: ::core::option::Option::None,
                                below_max: false,
                            }],
                        },
                        #[cfg(feature = "dates")]
                        __ws::schema::FieldSchema {
                            name: "when",
                            ident: "dates",
                            docs: "",
                            ty: __ws::schema::Type::Opaque,
                            optional: __ws::probe::Optional::<Dates>::IS,
                            rules: &[],
                        },
                        __ws::schema::FieldSchema {
                            name: "limit",
                            ident: "limit",
                            docs: "",
                            ty: __ws::probe::Probe::<u8>::TYPE,
                            optional: true,
                            rules: &[],
                        },
                        __ws::schema::FieldSchema {
                            name: "page",
                            ident: "page",
                            docs: "",
                            ty: __ws::probe::Probe::<u8>::TYPE,
                            optional: true,
                            rules: &[],
                        },
                    ]),
                    call: ::core::option::Option::None,
                },
            ],
        };
    }
    #[automatically_derived]
    impl __ws::ServerMessage for Event {}
};
