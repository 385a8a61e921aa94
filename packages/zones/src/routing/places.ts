/** Where AWS's regions are, and what geolocation records call those places. */

export type Place = {
  continent: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** Of the United States: the state. */
  subdivision?: string;
  /** Degrees. */
  latitude: number;
  longitude: number;
};

/**
 * Regions by the place AWS names for them, with the coordinates of that town: region, continent, country (and state), latitude, longitude.
 * https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
 */
const REGIONS = `
us-east-1 NA US/VA 38.95 -77.45
us-east-2 NA US/OH 39.96 -83.00
us-west-1 NA US/CA 37.77 -122.42
us-west-2 NA US/OR 45.84 -119.70
us-gov-east-1 NA US/OH 39.96 -83.00
us-gov-west-1 NA US/OR 45.84 -119.70
ca-central-1 NA CA 45.50 -73.57
ca-west-1 NA CA 51.05 -114.07
mx-central-1 NA MX 20.59 -100.39
sa-east-1 SA BR -23.55 -46.63
af-south-1 AF ZA -33.92 18.42
eu-west-1 EU IE 53.35 -6.26
eu-west-2 EU GB 51.51 -0.13
eu-west-3 EU FR 48.86 2.35
eu-central-1 EU DE 50.11 8.68
eu-central-2 EU CH 47.38 8.54
eu-north-1 EU SE 59.33 18.07
eu-south-1 EU IT 45.46 9.19
eu-south-2 EU ES 41.65 -0.89
il-central-1 AS IL 32.08 34.78
me-south-1 AS BH 26.23 50.59
me-central-1 AS AE 24.45 54.38
ap-east-1 AS HK 22.32 114.17
ap-east-2 AS TW 25.03 121.57
ap-south-1 AS IN 19.08 72.88
ap-south-2 AS IN 17.39 78.49
ap-northeast-1 AS JP 35.68 139.69
ap-northeast-2 AS KR 37.57 126.98
ap-northeast-3 AS JP 34.69 135.50
ap-southeast-1 AS SG 1.35 103.82
ap-southeast-2 OC AU -33.87 151.21
ap-southeast-3 AS ID -6.21 106.85
ap-southeast-4 OC AU -37.81 144.96
ap-southeast-5 AS MY 3.14 101.69
ap-southeast-6 OC NZ -36.85 174.76
ap-southeast-7 AS TH 13.76 100.50
cn-north-1 AS CN 39.90 116.41
cn-northwest-1 AS CN 37.51 105.20
`;

const places = new Map<string, Place>(
  REGIONS.trim()
    .split('\n')
    .map((line) => {
      const [region, continent, area, latitude, longitude] = line.split(' ') as [
        string,
        string,
        string,
        string,
        string,
      ];
      const [country, subdivision] = area.split('/') as [string, string | undefined];
      const place = { continent, country, latitude: Number(latitude), longitude: Number(longitude) };
      return [region, subdivision === undefined ? place : { ...place, subdivision }];
    }),
);

/** Where a region is; undefined for one that is not known here. */
export function placeOf(region: string): Place | undefined {
  return places.get(region);
}

const CONTINENTS = new Set(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA']);

export function isContinent(code: string): boolean {
  return CONTINENTS.has(code);
}

/** True for two capital letters: new countries come about more often than this list would be mended. */
export function isCountry(code: string): boolean {
  return /^[A-Z]{2}$/.test(code);
}

const EARTH_RADIUS_KM = 6371;
const RADIANS = Math.PI / 180;

/** Kilometres along the great circle. */
export function distanceBetween(
  a: Pick<Place, 'latitude' | 'longitude'>,
  b: Pick<Place, 'latitude' | 'longitude'>,
): number {
  const north = Math.sin(((b.latitude - a.latitude) * RADIANS) / 2);
  const east = Math.sin(((b.longitude - a.longitude) * RADIANS) / 2);
  const across = Math.cos(a.latitude * RADIANS) * Math.cos(b.latitude * RADIANS) * east * east;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(north * north + across)));
}
