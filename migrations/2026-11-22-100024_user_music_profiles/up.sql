create table public.user_music_profiles (
  id bigint generated always as identity,
  user_id bigint not null,
  favorite_genres jsonb not null default '[]',
  disliked_genres jsonb not null default '[]',
  favorite_decades jsonb not null default '[]',
  preferred_audio_quality text not null default 'high',
  preferred_sources jsonb not null default '[]',
  explicit_content_allowed boolean not null default true,
  discovery_mode text not null default 'balanced',
  energy_preference double precision not null default 0.5,
  mood_preferences jsonb not null default '{}',
  language_preferences jsonb not null default '[]',
  total_listening_time_ms bigint not null default 0,
  tracks_played integer not null default 0,
  unique_tracks_played integer not null default 0,
  unique_artists_played integer not null default 0,
  average_session_duration_ms bigint not null default 0,
  discovery_ratio double precision not null default 0,
  genre_diversity_score double precision not null default 0,
  time_based_preferences jsonb not null default '{}',
  device_preferences jsonb not null default '{}',
  taste_vector jsonb,
  exclusions jsonb not null default '[]',
  is_history_public boolean not null default false,
  is_private_session boolean not null default false,
  taste_updated_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint user_music_profiles_pkey primary key (id),
  constraint user_music_profiles_user_id_key unique (user_id),
  constraint user_music_profiles_user_id_fkey foreign key (user_id) references public.users (id) on delete cascade,
  constraint user_music_profiles_favorite_genres_check check (public.is_text_array(favorite_genres)),
  constraint user_music_profiles_disliked_genres_check check (public.is_text_array(disliked_genres)),
  constraint user_music_profiles_favorite_decades_check check (public.is_text_array(favorite_decades)),
  constraint user_music_profiles_preferred_audio_quality_check check (
    preferred_audio_quality in ('low', 'medium', 'high', 'lossless')
  ),
  constraint user_music_profiles_preferred_sources_check check (
    public.is_text_array(preferred_sources)
    and preferred_sources <@ '[
      "spotify", "youtube", "soundcloud", "bandcamp", "deezer", "apple_music", "tidal", "mixcloud",
      "jamendo", "musicbrainz", "discogs", "lastfm", "listenbrainz", "genius", "direct_url", "upload", "other"
    ]'
  ),
  constraint user_music_profiles_discovery_mode_check check (discovery_mode in ('conservative', 'balanced', 'adventurous')),
  constraint user_music_profiles_energy_preference_check check (energy_preference between 0 and 1),
  constraint user_music_profiles_mood_preferences_check check (jsonb_typeof(mood_preferences) = 'object'),
  constraint user_music_profiles_language_preferences_check check (public.is_text_array(language_preferences)),
  constraint user_music_profiles_total_listening_time_ms_check check (total_listening_time_ms >= 0),
  constraint user_music_profiles_tracks_played_check check (tracks_played >= 0),
  constraint user_music_profiles_unique_tracks_played_check check (unique_tracks_played >= 0),
  constraint user_music_profiles_unique_artists_played_check check (unique_artists_played >= 0),
  constraint user_music_profiles_average_session_duration_ms_check check (average_session_duration_ms >= 0),
  constraint user_music_profiles_discovery_ratio_check check (discovery_ratio between 0 and 1),
  constraint user_music_profiles_genre_diversity_score_check check (genre_diversity_score between 0 and 1),
  constraint user_music_profiles_time_based_preferences_check check (jsonb_typeof(time_based_preferences) = 'object'),
  constraint user_music_profiles_device_preferences_check check (jsonb_typeof(device_preferences) = 'object'),
  constraint user_music_profiles_taste_vector_check check (jsonb_typeof(taste_vector) in ('array', 'object')),
  constraint user_music_profiles_exclusions_check check (jsonb_typeof(exclusions) = 'array')
);

create trigger user_music_profiles_set_updated_at
  before update of favorite_genres, disliked_genres, favorite_decades, preferred_audio_quality,
    preferred_sources, explicit_content_allowed, discovery_mode, energy_preference,
    mood_preferences, language_preferences, time_based_preferences, device_preferences,
    exclusions, is_history_public, is_private_session
  on public.user_music_profiles
  for each row execute function public.set_updated_at();

comment on table public.user_music_profiles is 'What a person likes to hear, as they say and as their listening shows; at most one row each.';
comment on column public.user_music_profiles.id is 'Key.';
comment on column public.user_music_profiles.user_id is 'The person; deleting them deletes the profile.';
comment on column public.user_music_profiles.favorite_genres is 'Slugs of genres they like: array of strings, each a row of genres.';
comment on column public.user_music_profiles.disliked_genres is 'Slugs of genres they do not like: array of strings, each a row of genres.';
comment on column public.user_music_profiles.favorite_decades is 'Decades they like, as "1990s": array of strings.';
comment on column public.user_music_profiles.preferred_audio_quality is 'low, medium, high or lossless.';
comment on column public.user_music_profiles.preferred_sources is 'Services to play from, the best first: array of source types.';
comment on column public.user_music_profiles.explicit_content_allowed is 'Whether explicit tracks may be recommended.';
comment on column public.user_music_profiles.discovery_mode is 'How far recommendations may stray: conservative, balanced or adventurous.';
comment on column public.user_music_profiles.energy_preference is 'Energy they like, 0 (calm) to 1.';
comment on column public.user_music_profiles.mood_preferences is 'Weight of each mood: object.';
comment on column public.user_music_profiles.language_preferences is 'Languages of songs, BCP 47 tags, the best first: array of strings.';
comment on column public.user_music_profiles.total_listening_time_ms is 'Time listened in all, in milliseconds.';
comment on column public.user_music_profiles.tracks_played is 'Listens in all.';
comment on column public.user_music_profiles.unique_tracks_played is 'Distinct tracks listened to.';
comment on column public.user_music_profiles.unique_artists_played is 'Distinct artists listened to.';
comment on column public.user_music_profiles.average_session_duration_ms is 'Average length of a sitting, in milliseconds.';
comment on column public.user_music_profiles.discovery_ratio is 'Share of listens to tracks heard for the first time, 0 to 1.';
comment on column public.user_music_profiles.genre_diversity_score is 'How evenly listens spread over genres, 0 (one genre) to 1.';
comment on column public.user_music_profiles.time_based_preferences is 'What they like at which time of day: object.';
comment on column public.user_music_profiles.device_preferences is 'What they like on which device: object.';
comment on column public.user_music_profiles.taste_vector is 'Their place in the space of audio features: array or object of numbers; null: not computed yet.';
comment on column public.user_music_profiles.exclusions is 'What is never to be recommended: array of objects, each a thing and perhaps an end.';
comment on column public.user_music_profiles.is_history_public is 'Whether others may see what they listened to.';
comment on column public.user_music_profiles.is_private_session is 'Whether what they hear now stays out of what others see.';
comment on column public.user_music_profiles.taste_updated_at is 'Instant taste_vector and the figures were last computed; null: never.';
comment on column public.user_music_profiles.created_at is 'Instant the profile was made.';
comment on column public.user_music_profiles.updated_at is 'Instant of the person''s last change; computed figures are none.';
