import type * as aws from '@aws-sdk/client-route-53';
import { AwsError } from '@pointsman/aws-wire';
import { compareText } from '../records/record-sets.ts';
import { CONTINENT_NAMES, COUNTRY_CODES, countryName, SUBDIVISION_NAMES } from '../routing/geo-names.ts';
import { invalidInput, type Operation } from './operation.ts';
import { pageOf, pageSize } from './paging.ts';

const MOST_LOCATIONS = 100;

/** Continents, then the default, then countries by code, each followed by what it is divided into. */
const LOCATIONS: readonly aws.GeoLocationDetails[] = [
  ...Array.from(CONTINENT_NAMES, ([ContinentCode, ContinentName]) => ({ ContinentCode, ContinentName })),
  { CountryCode: '*', CountryName: 'Default' },
  ...COUNTRY_CODES.flatMap((CountryCode) => {
    const country = { CountryCode, CountryName: countryName(CountryCode) };
    const subdivisions = [...(SUBDIVISION_NAMES[CountryCode] ?? [])].map(
      ([SubdivisionCode, SubdivisionName]) => ({ ...country, SubdivisionCode, SubdivisionName }),
    );
    return [country, ...subdivisions];
  }),
];

export const listGeoLocations: Operation<aws.ListGeoLocationsRequest, aws.ListGeoLocationsResponse> = (
  _route53,
  input,
) => {
  const { StartContinentCode, StartCountryCode, StartSubdivisionCode, MaxItems } = input;
  const size = pageSize(MaxItems, MOST_LOCATIONS);
  if (StartContinentCode !== undefined && StartCountryCode !== undefined)
    throw invalidInput('A list starts with a continent or with a country, and not with both.');
  if (StartSubdivisionCode !== undefined && StartCountryCode === undefined)
    throw invalidInput('A start subdivision needs its country.');
  const start = keyOf({
    ContinentCode: StartContinentCode,
    CountryCode: StartCountryCode,
    SubdivisionCode: StartSubdivisionCode,
  });
  const from = LOCATIONS.filter((location) => compareText(keyOf(location), start) >= 0);
  const { items, next } = pageOf(from, size);
  return {
    GeoLocationDetailsList: items,
    IsTruncated: next !== undefined,
    NextContinentCode: next?.ContinentCode,
    NextCountryCode: next?.CountryCode,
    NextSubdivisionCode: next?.SubdivisionCode,
    MaxItems: size,
  };
};

/** The place of a location in the list; `*` stands before all letters. */
function keyOf({ ContinentCode, CountryCode, SubdivisionCode = '' }: aws.GeoLocationDetails): string {
  if (CountryCode !== undefined) return `2 ${CountryCode} ${SubdivisionCode}`;
  return ContinentCode === undefined ? '' : `1 ${ContinentCode}`;
}

export const getGeoLocation: Operation<aws.GetGeoLocationRequest, aws.GetGeoLocationResponse> = (
  _route53,
  { ContinentCode, CountryCode, SubdivisionCode },
) => {
  if ((ContinentCode === undefined) === (CountryCode === undefined))
    throw invalidInput('Exactly one of a continent code and a country code must be specified.');
  const wanted = keyOf({ ContinentCode, CountryCode, SubdivisionCode });
  const GeoLocationDetails = LOCATIONS.find((location) => keyOf(location) === wanted);
  if (GeoLocationDetails) return { GeoLocationDetails };
  throw new AwsError('NoSuchGeoLocation', 'The geolocation was not found.');
};
