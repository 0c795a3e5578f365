// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.

const _: () = {
    use ::websocket_do::__private::{protocol as __ws, serde as __serde};
    #[allow(unused_imports)]
    use __ws::probe::{Required as _, Unknown as _};
    #[automatically_derived]
    #[allow(unused_mut, unused_variables)]
    impl __ws::decode::Record for Item {
        const NAME: &'static ::core::primitive::str = "Item";
        const FIELDS: &'static [&'static ::core::primitive::str] = &["howMany", "note", "parts"];
        fn read<'de, __A: __serde::de::MapAccess<'de>>(
            mut entries: __A,
            tag: ::core::option::Option<&'static ::core::primitive::str>,
        ) -> ::core::result::Result<Self, __A::Error> {
            {
                let mut slot0: ::core::option::Option<u8> = ::core::option::Option::None;
                let mut slot1: ::core::option::Option<Option<String>> = ::core::option::Option::None;
                let mut slot2: ::core::option::Option<Vec<Item>> = ::core::option::Option::None;
                loop {
                    match __ws::decode::key(&mut entries, tag, |key| match key {
                        "howMany" => 0,
                        "note" => 1,
                        "parts" => 2,
                        _ => ::core::primitive::usize::MAX,
                    })? {
                        ::core::option::Option::None => break,
                        ::core::option::Option::Some(0) => {
                            __ws::checks::field(__ws::probe::Probe::<u8>::IS_REACHABLE, || {
                                <u8 as ::websocket_do::__private::protocol::field::Field>::read(
                                    &mut entries,
                                    &mut slot0,
                                    "howMany",
                                )
                            })?;
                        }
                        ::core::option::Option::Some(1) => {
                            __ws::checks::field(__ws::probe::Probe::<Option<String>>::IS_REACHABLE, || {
                                <Option<String> as ::websocket_do::__private::protocol::field::Field>::read(
                                    &mut entries,
                                    &mut slot1,
                                    "note",
                                )
                            })?;
                        }
                        ::core::option::Option::Some(2) => {
                            __ws::checks::field(__ws::probe::Probe::<Vec<Item>>::IS_REACHABLE, || {
                                <Vec<Item> as ::websocket_do::__private::protocol::field::Field>::read(
                                    &mut entries,
                                    &mut slot2,
                                    "parts",
                                )
                            })?;
                        }
                        ::core::option::Option::Some(_) => __ws::decode::skip(&mut entries)?,
                    }
                }
                ::core::result::Result::Ok(Self {
                    how_many: <u8 as ::websocket_do::__private::protocol::field::Field>::required(slot0, "howMany")?,
                    note: <Option<String> as ::websocket_do::__private::protocol::field::Field>::required(
                        slot1, "note",
                    )?,
                    parts: <Vec<Item> as ::websocket_do::__private::protocol::field::Field>::required(slot2, "parts")?,
                })
            }
        }
        fn present(&self) -> ::core::primitive::usize {
            let Self { how_many: value0, note: value1, parts: value2 } = self;
            {
                let mut fields: ::core::primitive::usize = 0;
                if !(__ws::probe::Probe::<u8>::IS_ABSENT(value0) || __ws::probe::Optional::<u8>::IS_NONE(value0)) {
                    fields += 1;
                }
                if !(__ws::probe::Probe::<Option<String>>::IS_ABSENT(value1)
                    || __ws::probe::Optional::<Option<String>>::IS_NONE(value1))
                {
                    fields += 1;
                }
                if !(__ws::probe::Probe::<Vec<Item>>::IS_ABSENT(value2)
                    || __ws::probe::Optional::<Vec<Item>>::IS_NONE(value2))
                {
                    fields += 1;
                }
                fields
            }
        }
        fn write<__S: __serde::ser::SerializeStruct>(&self, out: &mut __S) -> ::core::result::Result<(), __S::Error> {
            let Self { how_many: value0, note: value1, parts: value2 } = self;
            {
                __ws::checks::field(__ws::probe::Probe::<u8>::IS_REACHABLE, || {
                    <u8 as ::websocket_do::__private::protocol::field::Field>::write(
                        value0,
                        out,
                        "howMany",
                        (__ws::probe::Probe::<u8>::IS_ABSENT(value0) || __ws::probe::Optional::<u8>::IS_NONE(value0)),
                    )
                })?;
            }
            {
                __ws::checks::field(__ws::probe::Probe::<Option<String>>::IS_REACHABLE, || {
                    <Option<String> as ::websocket_do::__private::protocol::field::Field>::write(
                        value1,
                        out,
                        "note",
                        (__ws::probe::Probe::<Option<String>>::IS_ABSENT(value1)
                            || __ws::probe::Optional::<Option<String>>::IS_NONE(value1)),
                    )
                })?;
            }
            {
                __ws::checks::field(__ws::probe::Probe::<Vec<Item>>::IS_REACHABLE, || {
                    <Vec<Item> as ::websocket_do::__private::protocol::field::Field>::write(
                        value2,
                        out,
                        "parts",
                        (__ws::probe::Probe::<Vec<Item>>::IS_ABSENT(value2)
                            || __ws::probe::Optional::<Vec<Item>>::IS_NONE(value2)),
                    )
                })?;
            }
            ::core::result::Result::Ok(())
        }
    }
    #[automatically_derived]
    impl<'de> __serde::Deserialize<'de> for Item {
        fn deserialize<__D: __serde::Deserializer<'de>>(deserializer: __D) -> ::core::result::Result<Self, __D::Error> {
            __ws::decode::record(deserializer)
        }
    }
    #[automatically_derived]
    impl __serde::Serialize for Item {
        fn serialize<__S: __serde::Serializer>(&self, serializer: __S) -> ::core::result::Result<__S::Ok, __S::Error> {
            __ws::encode::record(self, serializer)
        }
    }
    #[automatically_derived]
    impl __ws::Value for Item {
        const TYPE: __ws::Type = __ws::Type::Struct(|| {
            const SCHEMA: __ws::schema::StructSchema = __ws::schema::StructSchema {
                name: "Item",
                docs: "An item of an order.",
                fields: &[
                    __ws::schema::FieldSchema {
                        name: "howMany",
                        ident: "how_many",
                        docs: "",
                        ty: __ws::probe::Probe::<u8>::TYPE,
                        optional: __ws::probe::Optional::<u8>::IS,
                        rules: &[::websocket_do::__private::protocol::schema::Rule::Range {
                            min: ::core::option::Option::Some(1f64),
                            max: ::core::option::Option::Some(99f64),
                            below_max: false,
                        }],
                    },
                    __ws::schema::FieldSchema {
                        name: "note",
                        ident: "note",
                        docs: "",
                        ty: __ws::probe::Probe::<Option<String>>::TYPE,
                        optional: __ws::probe::Optional::<Option<String>>::IS,
                        rules: &[],
                    },
                    __ws::schema::FieldSchema {
                        name: "parts",
                        ident: "parts",
                        docs: "",
                        ty: __ws::probe::Probe::<Vec<Item>>::TYPE,
                        optional: __ws::probe::Optional::<Vec<Item>>::IS,
                        rules: &[],
                    },
                ],
            };
            &SCHEMA
        });
    }
    #[automatically_derived]
    impl __ws::Validate for Item {
        fn validate(&self) -> ::core::result::Result<(), __ws::ValidationError> {
            let Self { how_many: value0, note: value1, parts: value2 } = self;
            {
                ::websocket_do::__private::protocol::rules::range(
                    value0,
                    ::core::option::Option::Some(1),
                    ::core::option::Option::Some(99),
                    false,
                )
                .map_err(|error| error.within("howMany"))?;
            }
            {
                __ws::probe::Probe::<u8>::VALIDATE(value0).map_err(|error| error.within("howMany"))?;
            }
            {
                __ws::probe::Probe::<Option<String>>::VALIDATE(value1).map_err(|error| error.within("note"))?;
            }
            {
                __ws::probe::Probe::<Vec<Item>>::VALIDATE(value2).map_err(|error| error.within("parts"))?;
            }
            ::core::result::Result::Ok(())
        }
    }
};
